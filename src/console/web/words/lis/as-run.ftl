### review = "draft"
### Words of the console.

as-run-title = ꓐꓯ ꓓ

# Before a date.
as-run-from = ꓐꓰ

# Before a date.
as-run-to = ꓗꓪ

as-run-how = ꓐꓯ ꓓ

# How an airing ended, or stands.
# Variables:
#   $outcome (String) - how it ended
as-run-outcome =
    { $outcome ->
        [planned] ꓐꓯ ꓠꓬ
        [played] ꓐꓯ ꓓ
        [late] ꓩꓷ ꓟꓽ ꓥꓳ
        [partial] ꓐꓯ ꓟꓽ ꓓ
        [missed] ꓟꓽ ꓐꓯ
        [cancelled] ꓕꓽ ꓬꓰ
        [expired] ꓩꓷ ꓓ
        [refused] ꓕꓽ ꓐꓯ
        [unreported] ꓐꓯ ꓟꓽ ꓙꓳ
        [no-box] ꓐꓯ ꓫꓬ ꓟꓽ ꓙꓳ
       *[other] ꓐꓯ ꓬꓰ
    }

# Why it ended so.
# Variables:
#   $reason (String) - the reason
as-run-reason =
    { $reason ->
        [clash] ꓐꓯ ꓟ ꓪꓴꓽ ꓙꓳ
        [down] ꓐꓯ ꓫꓬ ꓟꓽ ꓗꓽ
        [clip-missing] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [clip-damaged] ꓐꓯ ꓟ ꓟꓽ ꓗꓽ
        [clip-unreadable] ꓐꓯ ꓟ ꓟꓽ ꓗꓽ
        [no-device] ꓐꓯ ꓫꓬ ꓟꓽ ꓙꓳ
        [device-lost] ꓐꓯ ꓫꓬ ꓟꓽ ꓙꓳ
        [journal-unwritable] ꓔꓯ ꓗꓪ ꓟꓽ ꓗꓽ
        [crash] ꓐꓯ ꓫꓬ ꓟꓽ ꓗꓽ
        [shutdown] ꓐꓯ ꓫꓬ ꓕꓽ ꓬꓰ
        [pre-empted] ꓐꓯ ꓟ ꓪꓴꓽ
        [cancelled] ꓕꓽ ꓬꓰ
        [silenced] ꓕꓽ ꓐꓯ
        [skipped] ꓕꓽ ꓐꓯ
        [unlisted] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [quiet-hours] ꓕꓽ ꓐꓯ ꓩꓷ
        [too-soon] ꓐꓯ ꓢꓲ ꓐꓯ
        [too-many] ꓐꓯ ꓓ
        [pace] ꓩꓷ ꓟꓽ ꓥꓳ
        [bad-rundown] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [muted] ꓕꓽ ꓐꓯ
        [clock-untrusted] ꓩꓷ ꓟꓽ ꓙꓳ
        [amnesia] ꓔꓯ ꓗꓪ ꓟꓽ ꓙꓳ
       *[other] ꓖꓳ ꓪꓴꓽ ꓟꓽ ꓟꓳ
    }

# Variables:
#   $days (String) - how many
as-run-days-cut = { $days } ꓠꓲ

# A link.
as-run-csv = ꓐꓯ ꓟ ꓝꓲ

# A link, and the title of what is printed.
as-run-proof = ꓐꓯ ꓓ ꓐꓯ ꓟ

as-run-none = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

# Variables:
#   $count (String) - how many
as-run-villages-cut = { $count }

# Heads a list.
as-run-airings = ꓐꓯ ꓥ ꓟꓲ

# Variables:
#   $count (String) - how many
as-run-count = ({ $count })

as-run-at = ꓩꓷ

# Heads a column.
as-run-again = ꓐꓯ ꓢꓲ ꓐꓯ

# A button.
as-run-reair = ꓐꓯ ꓢꓲ ꓐꓯ

# Variables:
#   $order (String) - the order's number
as-run-ordered = ꓐꓯ ꓢꓲ ꓐꓯ ꓓ ({ $order })

as-run-said-reair = ꓐꓯ ꓢꓲ ꓐꓯ ꓓ

# Heads a column of the table.
# Variables:
#   $column (String) - the column
as-run-column =
    { $column ->
        [at] ꓩꓷ
        [township] ꓞꓳ ꓘꓹ
        [village] ꓞꓳ ꓘꓹ
        [broadcast] ꓐꓯ ꓟ
        [notice] ꓐꓯ ꓟ
        [class] ꓐꓯ
        [level] ꓪꓴꓽ
        [languages] ꓡꓲ ꓢꓴ
        [outcome] ꓐꓯ ꓓ
        [reason] ꓮ ꓡꓲ
        [started] ꓐꓯ ꓬꓰ
        [ended] ꓐꓯ ꓓ
        [heard] ꓡꓲ ꓢꓴ ꓥ ꓟꓲ
        [detail] ꓐꓯ
       *[other] ꓐꓯ ꓟ
    }

# Variables:
#   $from (String) - the first day
#   $to (String) - the last day
as-run-span = { $from } – { $to }

as-run-print = ꓐꓯ ꓟ ꓝꓲ ꓡꓳ

# Variables:
#   $sheet (String) - its number
#   $sheets (String) - how many
as-run-sheet = { $sheet } / { $sheets }

# Variables:
#   $at (String) - when
as-run-printed = { $at }

# Before a line to sign on.
as-run-made-by = ꓐꓯ ꓟ ꓝꓲ ꓢꓴ

# Before a line to sign on.
as-run-checked-by = ꓐꓯ ꓟ ꓟꓳ ꓢꓴ
