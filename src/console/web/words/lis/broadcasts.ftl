### review = "draft"
### Words of the console.

broadcasts-title = ꓐꓯ ꓩꓷ

# A link.
broadcasts-new = ꓐꓯ ꓩꓷ ꓝꓲ

# What a field holds.
# Variables:
#   $key (String) - the field
broadcasts-key =
    { $key ->
        [title] ꓐꓯ ꓟ
        [state] ꓐꓯ ꓬꓰ
        [next] ꓐꓯ ꓡ ꓟ
        [messages] ꓐꓯ ꓟ
        [class] ꓐꓯ ꓟ ꓮ ꓡꓲ
        [level] ꓪꓴꓽ
        [every] ꓐꓯ ꓢꓲ ꓐꓯ
        [lasts] ꓩꓷ
        [all-clear] ꓐꓯ ꓓ
        [when] ꓩꓷ
        [times] ꓩꓷ
        [on] ꓠꓲ ꓩꓷ
        [cron] cron
        [from] ꓠꓲ ꓡ ꓟ
        [until] ꓠꓲ ꓓ
        [except] ꓠꓲ ꓕꓽ ꓐꓯ
        [stations] ꓞꓳ ꓘꓹ
        [chats] ꓞꓳ ꓘꓹ ꓐꓯ
        [how] ꓮ ꓡꓲ
        [chime] ꓐꓯ ꓫꓬ
        [missing] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ ꓠꓬ
        [repeat] ꓐꓯ ꓢꓲ ꓐꓯ
        [gap] ꓕꓽ ꓐꓯ ꓩꓷ
        [late] ꓩꓷ
        [volume] ꓐꓯ ꓪꓴꓽ (1–100)
        [post] ꓞꓳ ꓘꓹ ꓐꓯ
        [expires] ꓕꓽ ꓐꓯ ꓩꓷ
       *[other] ꓐꓯ ꓟ ꓫꓬ
    }

# One of a few values.
# Variables:
#   $value (String) - the value
broadcasts-value =
    { $value ->
        [state-draft] ꓟꓽ ꓟꓳ ꓢꓲ
        [state-ready] ꓐꓯ ꓗꓽ
        [state-paused] ꓕꓽ ꓐꓯ
        [class-daily] ꓠꓲ
        [class-drill] ꓬꓯ ꓡꓬꓯ
        [class-emergency] ꓖꓳ ꓪꓴꓽ
        [missing-hold] ꓕꓽ ꓐꓯ
        [missing-skip] ꓙꓳ ꓐꓯ
        [post-usual] 1
        [post-once] 1 ꓐꓯ ꓢꓲ ꓐꓯ
        [post-daily] ꓠꓲ 1
        [post-each] ꓥ ꓟꓲ
        [post-none] ꓕꓽ ꓐꓯ
        [rule-at] ꓠꓲ ꓩꓷ
        [rule-on] ꓠꓲ
        [rule-order] ꓐꓯ ꓡꓳ
       *[other] cron
    }

# Variables:
#   $day (String) - a weekday
broadcasts-day =
    { $day ->
        [mon] 1
        [tue] 2
        [wed] 3
        [thu] 4
        [fri] 5
        [sat] 6
       *[other] 7
    }

# Heads fields of drills and emergencies.
broadcasts-by-order = ꓬꓯ ꓡꓬꓯ ꓖꓳ ꓪꓴꓽ

broadcasts-all-villages = ꓞꓳ ꓘꓹ ꓥ ꓟꓲ

broadcasts-all-chats = ꓥ ꓟꓲ

# Before the name of a set of villages.
broadcasts-group = ꓞꓳ ꓘꓹ

broadcasts-others = ꓞꓳ ꓘꓹ

# A button.
broadcasts-open = ꓞꓳ ꓘꓹ ꓟꓳ

# A button.
broadcasts-look = ꓟꓳ

broadcasts-next = ꓐꓯ ꓡ ꓟ 10

broadcasts-never = ꓟꓽ ꓙꓳ
