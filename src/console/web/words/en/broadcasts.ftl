### Words of the console.

broadcasts-title = Broadcasts

# A link.
broadcasts-new = New broadcast

# What a field holds.
# Variables:
#   $key (String) - the field
broadcasts-key =
    { $key ->
        [title] Title
        [state] State
        [next] Next
        [messages] Notices, in order, by their ids
        [class] Class
        [level] Level
        [every] Repeated every
        [lasts] Lasts
        [all-clear] What says that it is over (an id)
        [when] When
        [times] Other times
        [on] Days and times, one on a line
        [cron] cron (seconds first)
        [from] From
        [until] Until
        [except] Except
        [stations] In which villages
        [chats] To which groups
        [how] How
        [chime] Chime
        [missing] Where a language is missing
        [repeat] How many times
        [gap] Pause between
        [late] How late it may begin
        [volume] Volume (1–100)
        [post] How often it is posted
        [expires] Not posted after
       *[other] Values for the texts, one on a line
    }

# One of a few values.
# Variables:
#   $value (String) - the value
broadcasts-value =
    { $value ->
        [state-draft] draft
        [state-ready] ready
        [state-paused] paused
        [class-daily] daily
        [class-drill] drill
        [class-emergency] emergency
        [missing-hold] does not air in that village
        [missing-skip] airs without it
        [post-usual] once (usual)
        [post-once] once, and again when its text changes
        [post-daily] once a day
        [post-each] with each airing
        [post-none] not at all
        [rule-at] At times of day
        [rule-on] On single days
        [rule-order] Only when somebody orders it
       *[other] By a cron rule
    }

# Variables:
#   $day (String) - a weekday
broadcasts-day =
    { $day ->
        [mon] Mon
        [tue] Tue
        [wed] Wed
        [thu] Thu
        [fri] Fri
        [sat] Sat
       *[other] Sun
    }

# Heads fields of drills and emergencies.
broadcasts-by-order = Of drills and emergencies alone

broadcasts-all-villages = Every village

broadcasts-all-chats = Every group

# Before the name of a set of villages.
broadcasts-group = Group:

broadcasts-others = Other groups (ids)

# A button.
broadcasts-open = Choose villages

# A button.
broadcasts-look = See what comes of it

broadcasts-next = The next ten airings

broadcasts-never = There is no time at which it airs.
