### Words of the console.

as-run-title = As-run log

# Before a date.
as-run-from = From

# Before a date.
as-run-to = To (that day, too)

as-run-how = Outcome

# How an airing ended, or stands.
# Variables:
#   $outcome (String) - how it ended
as-run-outcome =
    { $outcome ->
        [planned] planned
        [played] played
        [late] late
        [partial] cut
        [missed] missed
        [cancelled] cancelled
        [expired] expired
        [refused] refused
        [unreported] not reported
        [no-box] no box there
       *[other] open
    }

# Why it ended so.
# Variables:
#   $reason (String) - the reason
as-run-reason =
    { $reason ->
        [clash] something that goes first held the loudspeaker
        [down] the machine was not running
        [clip-missing] the recording was not there
        [clip-damaged] the recording is damaged
        [clip-unreadable] the recording could not be read
        [no-device] the sound device could not be opened
        [device-lost] the sound device failed while it played
        [journal-unwritable] the disk could not be written
        [crash] the program ended while it played
        [shutdown] it was switched off while it played
        [pre-empted] something that goes first cut it
        [cancelled] an order took it back
        [silenced] silenced by an order
        [skipped] skipped by an order
        [unlisted] the plan listed it no more
        [quiet-hours] inside the quiet hours
        [too-soon] too soon after the last time
        [too-many] often enough that day
        [pace] it took too long or too short a time
        [bad-rundown] the rundown was at fault
        [muted] muted on the spot
        [clock-untrusted] the box did not know the time
        [amnesia] the box had lost its records
       *[other] not signed by two approvers
    }

# Variables:
#   $days (String) - how many
as-run-days-cut = No more than { $days } days at a time: these are the last of them.

# A link.
as-run-csv = Table for Excel (CSV)

# A link, and the title of what is printed.
as-run-proof = Proof of broadcast

as-run-none = Nothing aired, or was to, as asked for.

# Variables:
#   $count (String) - how many
as-run-villages-cut = { $count } more villages are not listed: narrow by township, or take the table.

# Heads a list.
as-run-airings = Airings

# Variables:
#   $count (String) - how many
as-run-count = ({ $count })

as-run-at = Due

# Heads a column.
as-run-again = Re-air

# A button.
as-run-reair = Re-air

# Variables:
#   $order (String) - the order's number
as-run-ordered = ordered again (order { $order })

as-run-said-reair = The order to air it again was given.

# Heads a column of the table.
# Variables:
#   $column (String) - the column
as-run-column =
    { $column ->
        [at] Due
        [township] Township
        [village] Village
        [broadcast] Broadcast
        [notice] Notice
        [class] Class
        [level] Level
        [languages] Languages
        [outcome] Outcome
        [reason] Reason
        [started] Began
        [ended] Ended
        [heard] Each language
        [detail] Detail
       *[other] Airing
    }

# Variables:
#   $from (String) - the first day
#   $to (String) - the last day
as-run-span = { $from } to { $to }

as-run-print = Print this page with your browser (Ctrl+P).

# Variables:
#   $sheet (String) - its number
#   $sheets (String) - how many
as-run-sheet = Sheet { $sheet } of { $sheets }

# Variables:
#   $at (String) - when
as-run-printed = Printed { $at }

# Before a line to sign on.
as-run-made-by = Made by:

# Before a line to sign on.
as-run-checked-by = Checked by:
