### Words of the console.

timetable-title = Timetable

timetable-view = Show

# In a list to choose from.
# Variables:
#   $view (String) - the view
timetable-view-of =
    { $view ->
        [week] a week
       *[other] a day
    }

timetable-date = Date

timetable-by = By

# In a list to choose from.
# Variables:
#   $by (String) - what it is put together by
timetable-by-what =
    { $by ->
        [village] village
        [broadcast] broadcast
       *[other] township
    }

# A link.
timetable-before = Before

# A link.
timetable-after = After

# A day of the week.
# Variables:
#   $day (String) - mon to sun
timetable-weekday =
    { $day ->
        [mon] Mon
        [tue] Tue
        [wed] Wed
        [thu] Thu
        [fri] Fri
        [sat] Sat
       *[other] Sun
    }

# Variables:
#   $from (String) - when they begin
#   $until (String) - when they end
timetable-quiet = Quiet hours { $from }–{ $until }: no daily notices and drills; emergencies of level I and II sound.

timetable-quiet-row = Quiet hours

timetable-past = The plan is known from yesterday on; what was before:

timetable-none = Nothing is planned.

timetable-time = Time

timetable-becomes = What becomes of it

# What becomes of an airing.
# Variables:
#   $state (String) - what becomes of it
timetable-state =
    { $state ->
        [airs] airs
        [waits] waits
        [cut] is cut
        [missed] missed: a clash
        [quiet-hours] left out: quiet hours
        [too-soon] left out: too soon after the last
        [too-many] left out: often enough that day
        [not-known] not ready by then
        [not-approved] not approved by then
        [gaps] held: a text or recording is missing
        [silenced] silenced
        [skipped] skipped
        [cancelled] taken back
        [expires] expires first
       *[other] falls together with another
    }

# Variables:
#   $sections (String) - how many groups
#   $rows (String) - how many rows
timetable-cut = { $sections } more groups and { $rows } more rows are not listed: narrow what is shown.

timetable-why = Why it airs, and why not

timetable-minute = Minute

timetable-nothing = Nothing is asked for: no broadcast and no order names this minute.

# What becomes of a broadcast at that minute.
# Variables:
#   $verdict (String) - what becomes of it
timetable-verdict =
    { $verdict ->
        [sounds] sounds
        [waits] waits
        [missed] is missed
       *[other] does not air
    }

# Whose word an airing is on.
# Variables:
#   $rule (String) - what kind of rule
#   $order (String) - an order's number
#   $at (String) - when
timetable-asked =
    { $rule ->
        [order] Order { $order } asks for it at { $at }.
        [moved-order] Order { $order } asked for it at { $at }, and the quiet hours moved it.
        [times] Its times name { $at }.
        [cron] Its rule names { $at }:
        [dates] Its dates name { $at }.
       *[other] Only an order airs it.
    }

# Variables:
#   $from (String) - when it begins
#   $until (String) - when it ends
timetable-from-until = It sounds from { $from } to { $until }.

# Variables:
#   $at (String) - when
timetable-starts = It starts at { $at }.

# Variables:
#   $at (String) - when
timetable-too-late = At { $at } it is too late for it.

# Variables:
#   $order (String) - the order's number
timetable-order = Order { $order } asks for it, but:

# Before another airing.
# Variables:
#   $how (String) - what it does
timetable-other =
    { $how ->
        [waited] It waited for
        [cut] It is cut by
        [waits] It waits for
       *[other] The loudspeaker is held by
    }

# Why the other goes first.
# Variables:
#   $first (String) - why
#   $level (String) - the level of an emergency
timetable-first =
    { $first ->
        [level] (an emergency of level { $level } goes first)
        [class] (its class goes first)
        [began] (it began before)
        [earlier] (the earlier goes first)
       *[other] (equals go by name)
    }

# Why an airing is left out.
# Variables:
#   $why (String) - the reason
#   $fact (String) - a time, a number
timetable-why-not =
    { $why ->
        [quiet-hours] It falls in the quiet hours ({ $fact }).
        [too-soon] It is too soon after the last time ({ $fact }).
        [too-many] It airs { $fact } times that day already.
        [not-known] It became ready after this minute.
        [not-approved] It was approved after this minute.
        [gaps] A text or a recording is missing here:
        [silenced] Order { $fact } silences this village then.
        [skipped] Order { $fact } skips it.
        [cancelled] Order { $fact } takes it back.
        [expires] It expires before the quiet hours end.
       *[other] It falls together with another airing of the same broadcast.
    }

# What a notice lacks in a language.
# Variables:
#   $gap (String) - what is missing
timetable-gap =
    { $gap ->
        [no-text] no text
        [unrenderable] the text does not render
        [outdated] outdated: the Chinese changed since
        [no-recording] no recording
        [other-wording] recorded in another wording
        [other-voice] not recorded in a voice of this village
        [not-reviewed] the text is a draft
        [machine-voice] read by a machine only
        [placeholder-only] a placeholder only
        [changed-since] changed since the order was filed
        [not-signed] not signed by the approvers
       *[other] not approved
    }

# Why a broadcast is not planned at a minute.
# Variables:
#   $bar (String) - the reason
#   $fact (String) - a day, a number
timetable-bar =
    { $bar ->
        [crowded] It has more than { $fact } times that day; the first of them count.
        [draft] It is a draft.
        [paused] It is paused.
        [other-stations] It is not for this village.
        [begins] It begins on { $fact }.
        [ended] It ended on { $fact }.
        [exception] { $fact } is among its exceptions.
        [other-days] Not on this day of the week ({ $fact }).
       *[other] Its dates and days do not let it.
    }

timetable-emergency = An emergency is ordered by two people.

# A button.
timetable-skip = Skip this one

# A button, and what heads its form.
timetable-air = Air now

timetable-air-where = Where

timetable-air-all = Everywhere the broadcast is for

timetable-said-skipped = The order to skip it was given.

timetable-said-airs = The order to air it was given.
