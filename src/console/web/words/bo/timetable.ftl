### review = "draft"
### Words of the console.

timetable-title = དུས་ཚོད་རེའུ་མིག

timetable-view = མཐོང་ཚུལ།

# In a list to choose from.
# Variables:
#   $view (String) - the view
timetable-view-of =
    { $view ->
        [week] བདུན་ཕྲག
       *[other] ཉིན་གཅིག
    }

timetable-date = ཚེས་གྲངས།

timetable-by = དབྱེ་བ།

# In a list to choose from.
# Variables:
#   $by (String) - what it is put together by
timetable-by-what =
    { $by ->
        [village] གྲོང་ཚོ།
        [broadcast] ལེ་ཚན།
       *[other] ཤང༌།
    }

# A link.
timetable-before = སྔོན་མ།

# A link.
timetable-after = རྗེས་མ།

# A day of the week.
# Variables:
#   $day (String) - mon to sun
timetable-weekday =
    { $day ->
        [mon] གཟའ་ཟླ་བ།
        [tue] གཟའ་མིག་དམར།
        [wed] གཟའ་ལྷག་པ།
        [thu] གཟའ་ཕུར་བུ།
        [fri] གཟའ་པ་སངས།
        [sat] གཟའ་སྤེན་པ།
       *[other] གཟའ་ཉི་མ།
    }

# Variables:
#   $from (String) - when they begin
#   $until (String) - when they end
timetable-quiet = ཁུ་སིམ་པའི་དུས་ { $from }–{ $until } ཛ་དྲག་མ་གཏོགས་མི་གཏོང༌།

timetable-quiet-row = ཁུ་སིམ་པའི་དུས།

timetable-past = འདིར་ཁ་ས་ནས་བཟུང་བའི་འཆར་གཞི་ཡོད། དེའི་སྔོན་མ།

timetable-none = རྒྱང་སྒྲོག་མེད།

timetable-time = དུས་ཚོད།

timetable-becomes = གནས་ཚུལ།

# What becomes of an airing.
# Variables:
#   $state (String) - what becomes of it
timetable-state =
    { $state ->
        [airs] གཏོང་ངེས།
        [waits] སྒུག་ནས་གཏོང༌།
        [cut] བར་ཆད་ཡོང༌།
        [missed] འཁེལ་ནས་ཆད།
        [quiet-hours] ཁུ་སིམ་པས་མི་གཏོང༌།
        [too-soon] ཉེ་དྲགས་པས་མི་གཏོང༌།
        [too-many] གྲངས་ལོངས་པས་མི་གཏོང༌།
        [not-known] དེ་དུས་མ་གྲུབ།
        [not-approved] དེ་དུས་ཆོག་མཆན་མེད།
        [gaps] ཡིག་གམ་སྒྲ་མ་ཚང་བ།
        [silenced] བཀས་སྒྲ་བཅད།
        [skipped] བཀས་མཆོངས།
        [cancelled] བཀས་ཕྱིར་བསྡུས།
        [expires] སྔོན་ལ་དུས་ཡོལ།
       *[other] གཞན་དང་སྡེབ།
    }

# Variables:
#   $sections (String) - how many groups
#   $rows (String) - how many rows
timetable-cut = གཞན་ { $sections } སྡེ། { $rows } ཕྲེང་བཀོད་མེད། ཁྱབ་ཁོངས་ཆུང་དུ་གཏོང་རོགས།

timetable-why = ཅིའི་ཕྱིར་གཏོང་ངམ་མི་གཏོང༌།

timetable-minute = སྐར་མ་གང༌།

timetable-nothing = སྐར་མ་འདིར་ལེ་ཚན་ནམ་བཀའ་མེད།

# What becomes of a broadcast at that minute.
# Variables:
#   $verdict (String) - what becomes of it
timetable-verdict =
    { $verdict ->
        [sounds] གཏོང་ངེས།
        [waits] སྒུག
        [missed] ཆད།
       *[other] མི་གཏོང༌།
    }

# Whose word an airing is on.
# Variables:
#   $rule (String) - what kind of rule
#   $order (String) - an order's number
#   $at (String) - when
timetable-asked =
    { $rule ->
        [order] བཀའ་ { $order } པས་ { $at } ལ་གཏོང་དགོས་ཟེར།
        [moved-order] བཀའ་ { $order } པས་ { $at } ལ་གཏོང་དགོས་ཟེར་ཀྱང༌། ཁུ་སིམ་པས་འགྱངས།
        [times] དུས་ཚོད་རེའུ་མིག་ལ་ { $at } འཁོད།
        [cron] དུས་ཚོད་སྒྲིག་གཞིར་ { $at } འཁོད།
        [dates] ཚེས་གྲངས་ { $at } ཡིན།
       *[other] བཀའ་ཡོད་ན་མ་གཏོགས་མི་གཏོང༌།
    }

# Variables:
#   $from (String) - when it begins
#   $until (String) - when it ends
timetable-from-until = { $from } ནས་ { $until } བར་གཏོང༌།

# Variables:
#   $at (String) - when
timetable-starts = { $at } ལ་འགོ་འཛུགས།

# Variables:
#   $at (String) - when
timetable-too-late = { $at } བར་མ་འཁེལ་ན་མི་གཏོང༌།

# Variables:
#   $order (String) - the order's number
timetable-order = བཀའ་ { $order } པས་གཏོང་དགོས་ཟེར་ཀྱང༌།

# Before another airing.
# Variables:
#   $how (String) - what it does
timetable-other =
    { $how ->
        [waited] སྔོན་ལ་བཏང་བ།
        [cut] བར་ཆད་གཏོང་མཁན།
        [waits] སྔོན་ལ་གཏོང་བ།
       *[other] རྒྱང་སྒྲ་བཟུང་མཁན།
    }

# Why the other goes first.
# Variables:
#   $first (String) - why
#   $level (String) - the level of an emergency
timetable-first =
    { $first ->
        [level] (ཛ་དྲག་རིམ་པ་ { $level } སྔོན་ལ།)
        [class] (རིགས་སྔོན་ལ།)
        [began] (སྔོན་ལ་འགོ་ཚུགས།)
        [earlier] (དུས་སྔ་བ།)
       *[other] (ཨང་རིམ།)
    }

# Why an airing is left out.
# Variables:
#   $why (String) - the reason
#   $fact (String) - a time, a number
timetable-why-not =
    { $why ->
        [quiet-hours] ཁུ་སིམ་པའི་དུས་ ({ $fact }) ཡིན་པས་མི་གཏོང༌།
        [too-soon] སྔོན་མ་དང་ཉེ་དྲགས་འདུག ({ $fact })
        [too-many] ཉིན་དེར་ཐེངས་ { $fact } བཏང་ཟིན།
        [not-known] དེ་དུས་མ་གྲུབ།
        [not-approved] དེ་དུས་ཆོག་མཆན་མེད།
        [gaps] འདིར་ཡིག་གམ་སྒྲ་མ་ཚང་བས་མི་གཏོང༌།
        [silenced] བཀའ་ { $fact } པས་སྒྲ་བཅད།
        [skipped] བཀའ་ { $fact } པས་མཆོངས།
        [cancelled] བཀའ་ { $fact } པས་ཕྱིར་བསྡུས།
        [expires] ཁུ་སིམ་པའི་དུས་མ་རྫོགས་གོང་དུས་ཡོལ།
       *[other] ལེ་ཚན་གཅིག་པའི་གཞན་དང་སྡེབ།
    }

# What a notice lacks in a language.
# Variables:
#   $gap (String) - what is missing
timetable-gap =
    { $gap ->
        [no-text] ཡི་གེ་མེད།
        [unrenderable] ཡི་གེ་ནོར་འདུག
        [outdated] ཡིག་སྒྱུར་རྙིང་སོང༌།
        [no-recording] སྒྲ་མེད།
        [other-wording] སྒྲ་དང་ཡི་གེ་མི་མཐུན།
        [other-voice] ཡུལ་སྐད་མི་འགྲིག
        [not-reviewed] ཡིག་སྒྱུར་ཞུ་དག་མ་བྱས།
        [machine-voice] འཕྲུལ་སྐད་ཙམ།
        [placeholder-only] ཚབ་སྒྲ་ཙམ།
        [changed-since] བཀའ་བཏང་རྗེས་འགྱུར་སོང༌།
        [not-signed] ཆོག་མཆན་མ་ལོངས།
       *[other] ཞུ་དག་མ་བྱས།
    }

# Why a broadcast is not planned at a minute.
# Variables:
#   $bar (String) - the reason
#   $fact (String) - a day, a number
timetable-bar =
    { $bar ->
        [crowded] ཉིན་གཅིག་ལ་ { $fact } ལས་མང་བས་སྔོན་མ་རྣམས་མ་གཏོགས་མི་གཏོང༌།
        [draft] ཟིན་བྲིས་ཡིན།
        [paused] མཚམས་བཞག་འདུག
        [other-stations] གྲོང་ཚོ་འདིར་མི་གཏོང༌།
        [begins] { $fact } ནས་འགོ་འཛུགས།
        [ended] { $fact } ལ་མཇུག་གྲིལ།
        [exception] { $fact } ཟུར་བཞག
        [other-days] { $fact } མི་གཏོང༌།
       *[other] ཚེས་གྲངས་དང་གཟའ་མི་འགྲིག
    }

timetable-emergency = ཛ་དྲག་གི་རྒྱང་སྒྲོག་མི་གཉིས་ཀྱིས་བཀའ་གཏོང་དགོས།

# A button.
timetable-skip = འདི་མཆོངས།

# A button, and what heads its form.
timetable-air = ལམ་སང་གཏོང༌།

timetable-air-where = ས་གནས་གང་ལ།

timetable-air-all = ལེ་ཚན་གྱི་གྲོང་ཚོ་ཚང་མ།

timetable-said-skipped = མཆོངས་པའི་བཀའ་བཏང་ཟིན།

timetable-said-airs = གཏོང་བའི་བཀའ་བཏང་ཟིན།
