### review = "draft"
### Words of the console.

broadcasts-title = གཏོང་རྒྱུའི་རེའུ་མིག

# A link.
broadcasts-new = གསར་པ་བཟོ།

# What a field holds.
# Variables:
#   $key (String) - the field
broadcasts-key =
    { $key ->
        [title] མིང༌།
        [state] གནས་ཚུལ།
        [next] རྗེས་མ།
        [messages] བརྡ་ཐོ། (གོ་རིམ་བཞིན།)
        [class] རིགས།
        [level] རིམ་པ།
        [every] བསྐྱར་ཟློས་ཀྱི་བར།
        [lasts] དུས་ཡུན།
        [all-clear] མཇུག་གི་བརྡ། (ཨང་རྟགས།)
        [when] ནམ།
        [times] དུས་ཚོད་གཞན།
        [on] ཚེས་དང་ཆུ་ཚོད།
        [cron] cron
        [from] འགོ་འཛུགས།
        [until] མཇུག
        [except] འདི་མ་གཏོགས།
        [stations] གྲོང་ཚོ་གང༌།
        [chats] ཚོགས་པ་གང༌།
        [how] གཏོང་ཚུལ།
        [chime] འགོའི་བརྡ་སྒྲ།
        [missing] སྐད་ཡིག་མ་ཚང་ན།
        [repeat] ཐེངས་གྲངས།
        [gap] བར་མཚམས།
        [late] ཕྱི་འགྱངས།
        [volume] སྒྲ་ཆེ་ཆུང༌། (1–100)
        [post] ཚོགས་པར་ཐེངས་གྲངས།
        [expires] དུས་བཀག
       *[other] ཡི་གེའི་ནང་གི་གྲངས་ཐང༌།
    }

# One of a few values.
# Variables:
#   $value (String) - the value
broadcasts-value =
    { $value ->
        [state-draft] ཟིན་བྲིས།
        [state-ready] གཏོང་རྒྱུ།
        [state-paused] མཚམས་འཇོག
        [class-daily] ཉིན་རེའི།
        [class-drill] སྦྱོང་བརྡར།
        [class-emergency] ཛ་དྲག
        [missing-hold] གྲོང་ཚོ་དེར་མི་གཏོང༌།
        [missing-skip] ཡོད་པའི་སྐད་ཡིག་ཙམ་གཏོང༌།
        [post-usual] ཐེངས་གཅིག
        [post-once] ཐེངས་གཅིག བཟོ་བཅོས་རྗེས་ཡང་བསྐྱར།
        [post-daily] ཉིན་རེར་ཐེངས་གཅིག
        [post-each] གཏོང་ཐེངས་རེར།
        [post-none] མི་གཏོང༌།
        [rule-at] ཉིན་རེའམ་བདུན་ཕྲག་རེ།
        [rule-on] ཉིན་འདི་ཙམ།
        [rule-order] བཀའ་བཏང་ན་གཏོང༌།
       *[other] cron
    }

# Variables:
#   $day (String) - a weekday
broadcasts-day =
    { $day ->
        [mon] གཟའ་ཟླ་བ།
        [tue] གཟའ་མིག་དམར།
        [wed] གཟའ་ལྷག་པ།
        [thu] གཟའ་ཕུར་བུ།
        [fri] གཟའ་པ་སངས།
        [sat] གཟའ་སྤེན་པ།
       *[other] གཟའ་ཉི་མ།
    }

# Heads fields of drills and emergencies.
broadcasts-by-order = སྦྱོང་བརྡར་དང་ཛ་དྲག་ཙམ།

broadcasts-all-villages = གྲོང་ཚོ་ཚང་མ།

broadcasts-all-chats = ཚོགས་པ་ཚང་མ།

# Before the name of a set of villages.
broadcasts-group = ཚོ་ཁག

broadcasts-others = ཚོགས་པ་གཞན། (ཨང་རྟགས།)

# A button.
broadcasts-open = གྲོང་ཚོ་འདེམས།

# A button.
broadcasts-look = གྲུབ་འབྲས་ལ་ལྟ།

broadcasts-next = རྗེས་མའི་ཐེངས་བཅུ།

broadcasts-never = གཏོང་རྒྱུའི་དུས་ཚོད་མེད།
