### review = "draft"
### Words of the console.

as-run-title = གཏང་ཟིན་པའི་ཐོ།

# Before a date.
as-run-from = ནས།

# Before a date.
as-run-to = བར། (ཉིན་དེ་ཚུད།)

as-run-how = གྲུབ་འབྲས།

# How an airing ended, or stands.
# Variables:
#   $outcome (String) - how it ended
as-run-outcome =
    { $outcome ->
        [planned] འཆར་གཞི།
        [played] བཏང་ཟིན།
        [late] འགྱངས་པ།
        [partial] མཇུག་མ་རྫོགས།
        [missed] ཆད་པ།
        [cancelled] ཕྱིར་བསྡུས་པ།
        [expired] དུས་ཡོལ་བ།
        [refused] མ་བཏང་བ།
        [unreported] ལན་མེད།
        [no-box] སྒྲ་ཆས་མེད།
       *[other] མཇུག་མ་གྲིལ།
    }

# Why it ended so.
# Variables:
#   $reason (String) - the reason
as-run-reason =
    { $reason ->
        [clash] གཞན་དང་འཁེལ་བ།
        [down] སྒྲ་ཆས་འཁོར་མེད།
        [clip-missing] སྒྲ་མེད།
        [clip-damaged] སྒྲ་སྐྱོན་ཅན།
        [clip-unreadable] སྒྲ་ཀློག་མི་ཐུབ།
        [no-device] སྒྲ་ཆས་ཁ་མི་ཕྱེ།
        [device-lost] སྒྲ་ཆས་བར་ཆད་པ།
        [journal-unwritable] ཐོ་འགོད་མི་ཐུབ།
        [crash] བར་ཆད་བྱུང་བ།
        [shutdown] འཁོར་ལས་སྒོ་བརྒྱབ།
        [pre-empted] གལ་ཆེ་བ་སྔོན་ལ་བཏང༌།
        [cancelled] བཀས་ཕྱིར་བསྡུས།
        [silenced] བཀས་སྒྲ་བཅད།
        [skipped] བཀས་མཆོངས།
        [unlisted] ལེ་ཚན་ཐོར་མེད།
        [quiet-hours] ཁུ་སིམ་པའི་དུས།
        [too-soon] སྔོན་མ་དང་ཉེ་དྲགས།
        [too-many] ཉིན་དེའི་གྲངས་ཚད་ལོངས།
        [pace] དུས་ཚོད་མི་འགྲིག
        [bad-rundown] ལེ་ཚན་ནོར་འདུག
        [muted] ས་གནས་སུ་སྒྲ་བཅད།
        [clock-untrusted] ཆུ་ཚོད་ངེས་མེད།
        [amnesia] ཐོ་བོར་བ།
       *[other] ཆོག་མཆན་མ་ལོངས།
    }

# Variables:
#   $days (String) - how many
as-run-days-cut = ཐེངས་གཅིག་ལ་ཉིན་ { $days } ལས་མི་མང༌། མཐའ་མའི་ཉིན་རྣམས་འདི་ཡིན།

# A link.
as-run-csv = རེའུ་མིག་ཕབ་ལེན།

# A link, and the title of what is printed.
as-run-proof = གཏང་ཟིན་པའི་དཔང་རྟགས།

as-run-none = འདི་དག་དང་མཐུན་པའི་རྒྱང་སྒྲོག་མེད།

# Variables:
#   $count (String) - how many
as-run-villages-cut = གཞན་ { $count } བཀོད་མེད། ཤང་ལྟར་ལྟ་རོགས།

# Heads a list.
as-run-airings = རྒྱང་སྒྲོག་རེ་རེ།

# Variables:
#   $count (String) - how many
as-run-count = ({ $count })

as-run-at = གཏོང་དུས།

# Heads a column.
as-run-again = བསྐྱར་གཏོང༌།

# A button.
as-run-reair = བསྐྱར་གཏོང༌།

# Variables:
#   $order (String) - the order's number
as-run-ordered = བསྐྱར་གཏོང་བཀའ་བཏང་ཟིན། ({ $order })

as-run-said-reair = བསྐྱར་གཏོང་བཀའ་བཏང་ཟིན།

# Heads a column of the table.
# Variables:
#   $column (String) - the column
as-run-column =
    { $column ->
        [at] གཏོང་དུས།
        [township] ཤང༌།
        [village] གྲོང་ཚོ།
        [broadcast] ལེ་ཚན།
        [notice] བརྡ་ཐོ་ཨང༌།
        [class] རིགས།
        [level] རིམ་པ།
        [languages] སྐད་ཡིག
        [outcome] གྲུབ་འབྲས།
        [reason] རྒྱུ་མཚན།
        [started] འགོ་འཛུགས།
        [ended] མཇུག
        [heard] སྐད་ཡིག་སོ་སོ།
        [detail] འགྲེལ་བ།
       *[other] ཨང༌།
    }

# Variables:
#   $from (String) - the first day
#   $to (String) - the last day
as-run-span = { $from } ནས་ { $to } བར།

as-run-print = བརྡ་འཚོལ་མཉེན་ཆས་ཀྱི་པར་འདེབས་སྤྱོད་རོགས།

# Variables:
#   $sheet (String) - its number
#   $sheets (String) - how many
as-run-sheet = ཤོག་ལྷེ་ { $sheet } / { $sheets }

# Variables:
#   $at (String) - when
as-run-printed = པར་དུས་ { $at }

# Before a line to sign on.
as-run-made-by = བཟོ་མཁན།

# Before a line to sign on.
as-run-checked-by = ཞུ་དག་པ།
