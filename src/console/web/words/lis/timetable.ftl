### review = "draft"
### Words of the console.

timetable-title = ꓐꓯ ꓩꓷ

timetable-view = ꓟꓳ

# In a list to choose from.
# Variables:
#   $view (String) - the view
timetable-view-of =
    { $view ->
        [week] ꓠꓲ 7
       *[other] ꓠꓲ 1
    }

timetable-date = ꓠꓲ

timetable-by = ꓞꓳ ꓘꓹ

# In a list to choose from.
# Variables:
#   $by (String) - what it is put together by
timetable-by-what =
    { $by ->
        [village] ꓞꓳ ꓘꓹ
        [broadcast] ꓐꓯ ꓟ
       *[other] ꓞꓳ ꓘꓹ ꓪꓴꓽ
    }

# A link.
timetable-before = ←

# A link.
timetable-after = →

# A day of the week.
# Variables:
#   $day (String) - mon to sun
timetable-weekday =
    { $day ->
        [mon] ꓠꓲ 1
        [tue] ꓠꓲ 2
        [wed] ꓠꓲ 3
        [thu] ꓠꓲ 4
        [fri] ꓠꓲ 5
        [sat] ꓠꓲ 6
       *[other] ꓠꓲ 7
    }

# Variables:
#   $from (String) - when they begin
#   $until (String) - when they end
timetable-quiet = ꓕꓽ ꓐꓯ ꓩꓷ { $from }–{ $until }

timetable-quiet-row = ꓕꓽ ꓐꓯ ꓩꓷ

timetable-past = ꓐꓯ ꓓ

timetable-none = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

timetable-time = ꓩꓷ

timetable-becomes = ꓐꓯ ꓬꓰ

# What becomes of an airing.
# Variables:
#   $state (String) - what becomes of it
timetable-state =
    { $state ->
        [airs] ꓐꓯ
        [waits] ꓐꓯ ꓠꓬ
        [cut] ꓐꓯ ꓟꓽ ꓓ
        [missed] ꓟꓽ ꓐꓯ
        [quiet-hours] ꓕꓽ ꓐꓯ ꓩꓷ
        [too-soon] ꓕꓽ ꓐꓯ
        [too-many] ꓕꓽ ꓐꓯ
        [not-known] ꓟꓽ ꓙꓳ
        [not-approved] ꓟꓽ ꓟꓳ
        [gaps] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [silenced] ꓕꓽ ꓐꓯ
        [skipped] ꓕꓽ ꓐꓯ
        [cancelled] ꓕꓽ ꓬꓰ
        [expires] ꓩꓷ ꓓ
       *[other] ꓐꓯ ꓓ
    }

# Variables:
#   $sections (String) - how many groups
#   $rows (String) - how many rows
timetable-cut = { $sections } { $rows }

timetable-why = ꓮ ꓡꓲ ꓐꓯ

timetable-minute = ꓩꓷ

timetable-nothing = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

# What becomes of a broadcast at that minute.
# Variables:
#   $verdict (String) - what becomes of it
timetable-verdict =
    { $verdict ->
        [sounds] ꓐꓯ
        [waits] ꓐꓯ ꓠꓬ
        [missed] ꓟꓽ ꓐꓯ
       *[other] ꓕꓽ ꓐꓯ
    }

# Whose word an airing is on.
# Variables:
#   $rule (String) - what kind of rule
#   $order (String) - an order's number
#   $at (String) - when
timetable-asked =
    { $rule ->
        [order] { $order } ꓐꓯ { $at }
        [moved-order] { $order } ꓐꓯ { $at }
        [times] ꓩꓷ { $at }
        [cron] ꓩꓷ { $at }
        [dates] ꓩꓷ { $at }
       *[other] ꓐꓯ ꓠꓯꓹˍ
    }

# Variables:
#   $from (String) - when it begins
#   $until (String) - when it ends
timetable-from-until = ꓐꓯ { $from } – { $until }

# Variables:
#   $at (String) - when
timetable-starts = ꓐꓯ { $at }

# Variables:
#   $at (String) - when
timetable-too-late = { $at } ꓕꓽ ꓐꓯ

# Variables:
#   $order (String) - the order's number
timetable-order = { $order }

# Before another airing.
# Variables:
#   $how (String) - what it does
timetable-other =
    { $how ->
        [waited] ꓐꓯ ꓠꓬ
        [cut] ꓐꓯ ꓟꓽ ꓓ
        [waits] ꓐꓯ ꓠꓬ
       *[other] ꓟꓽ ꓐꓯ
    }

# Why the other goes first.
# Variables:
#   $first (String) - why
#   $level (String) - the level of an emergency
timetable-first =
    { $first ->
        [level] (ꓪꓴꓽ { $level })
        [class] (ꓪꓴꓽ)
        [began] (ꓐꓯ ꓬꓰ)
        [earlier] (ꓩꓷ)
       *[other] (ꓐꓯ ꓟ)
    }

# Why an airing is left out.
# Variables:
#   $why (String) - the reason
#   $fact (String) - a time, a number
timetable-why-not =
    { $why ->
        [quiet-hours] ꓕꓽ ꓐꓯ ꓩꓷ { $fact }
        [too-soon] ꓕꓽ ꓐꓯ { $fact }
        [too-many] ꓐꓯ ꓓ { $fact }
        [not-known] ꓟꓽ ꓙꓳ
        [not-approved] ꓟꓽ ꓟꓳ
        [gaps] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [silenced] ꓕꓽ ꓐꓯ { $fact }
        [skipped] ꓕꓽ ꓐꓯ { $fact }
        [cancelled] ꓕꓽ ꓬꓰ { $fact }
        [expires] ꓩꓷ ꓓ
       *[other] ꓐꓯ ꓓ
    }

# What a notice lacks in a language.
# Variables:
#   $gap (String) - what is missing
timetable-gap =
    { $gap ->
        [no-text] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [unrenderable] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [outdated] ꓡꓲ ꓢꓴ ꓟꓽ ꓥꓳ
        [no-recording] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [other-wording] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [other-voice] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [not-reviewed] ꓟꓽ ꓟꓳ ꓢꓲ
        [machine-voice] ꓐꓯ ꓫꓬ ꓐꓯ
        [placeholder-only] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [changed-since] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [not-signed] ꓖꓳ ꓪꓴꓽ ꓟꓽ ꓟꓳ
       *[other] ꓟꓽ ꓟꓳ
    }

# Why a broadcast is not planned at a minute.
# Variables:
#   $bar (String) - the reason
#   $fact (String) - a day, a number
timetable-bar =
    { $bar ->
        [crowded] { $fact }
        [draft] ꓟꓽ ꓟꓳ ꓢꓲ
        [paused] ꓕꓽ ꓬꓰ
        [other-stations] ꓞꓳ ꓘꓹ ꓟꓽ ꓥꓳ
        [begins] { $fact } ꓗꓪ
        [ended] { $fact } ꓓ
        [exception] { $fact } ꓕꓽ ꓐꓯ
        [other-days] { $fact } ꓕꓽ ꓐꓯ
       *[other] ꓩꓷ ꓟꓽ ꓥꓳ
    }

timetable-emergency = ꓖꓳ ꓪꓴꓽ ꓢꓴ 2

# A button.
timetable-skip = ꓕꓽ ꓐꓯ

# A button, and what heads its form.
timetable-air = ꓐꓯ ꓬꓰ

timetable-air-where = ꓮ ꓡꓲ ꓗꓪ

timetable-air-all = ꓥ ꓟꓲ

timetable-said-skipped = ꓕꓽ ꓐꓯ ꓐꓯ ꓓ

timetable-said-airs = ꓐꓯ ꓓ
