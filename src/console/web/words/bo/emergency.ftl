### review = "draft"
### Words of the console.

emergency-title = ཛ་དྲག་རྒྱང་སྒྲོག

# Heads the page on which one is filed.
emergency-new = གཏོང་བའི་ཞུ་བ།

# Heads the page of one.
emergency-order = ཛ་དྲག་གམ་སྦྱོང་བརྡར་གཅིག

# Heads what is on.
emergency-on = ད་ལྟའི་ཛ་དྲག་དང་སྦྱོང་བརྡར།

emergency-nothing-on = ད་ལྟ་ཛ་དྲག་དང་སྦྱོང་བརྡར་མེད།

# How it stands.
# Variables:
#   $state (String) - how
#   $at (String) - since when
emergency-state =
    { $state ->
        [waits] { $at } ཞུས། ཆོག་མཆན་སྤྲོད་མཁན་གཉིས་པ་སྒུག་བཞིན་པ།
        [held] { $at } གཏན་འཁེལ་ཟིན། རྫོང་ཡོངས་མཚམས་བཞག་གྲོལ་རྗེས་གཏོང༌།
       *[other] { $at } ནས་འགོ་བཙུགས།
    }

# How far it has come.
# Variables:
#   $sounding (String) - stations at which it sounds now
#   $reached (String) - stations at which it has sounded
#   $all (String) - its stations
emergency-counts = ད་ལྟ་སྒྲ་གྲགས་པ་ { $sounding } གྲགས་ཟིན་པ་ { $reached } ཁྱོན་ { $all }

# Variables:
#   $level (String) - I, II, III or IV
emergency-level =
    { $level ->
        [I] རིམ་པ་ 1
        [II] རིམ་པ་ 2
        [III] རིམ་པ་ 3
       *[other] རིམ་པ་ 4
    }

# Heads the templates of a class.
# Variables:
#   $class (String) - the class
emergency-templates =
    { $class ->
        [drill] སྦྱོང་བརྡར་གྱི་དཔེ།
       *[other] ཛ་དྲག་གི་དཔེ།
    }

# What filing one does.
# Variables:
#   $class (String) - the class
emergency-what =
    { $class ->
        [drill] སྦྱོང་བརྡར། ཞུས་མ་ཐག་གཏོང༌། ཐེངས་རེར་སྦྱོང་བརྡར་ཡིན་པ་བཤད། མི་གཅིག་གིས་ཆོག
       *[other] ཛ་དྲག ཆོག་མཆན་སྤྲོད་མཁན་གཉིས་པས་གཏན་འཁེལ་མ་ཐག་གཏོང༌། སྒྲ་གཞན་གཅོད། མཚམས་མ་བཞག་བར་བསྐྱར་དུ་གཏོང༌།
    }

emergency-no-template = དཔེ་མེད།

# In the place of a text.
emergency-no-text = སྐད་ཡིག་འདིར་ཡིག་མེད།

# In the place of a recording.
emergency-no-recording = ཡིག་འདིའི་སྒྲ་མེད། གྲོང་ཚོར་ཐོས་མི་ཐུབ།

# Names the player for a screen reader.
emergency-listen = ཉན།

emergency-where = གང་དུ།

# Variables:
#   $count (String) - how many stations
emergency-where-own = མ་བདམས་ན་དཔེ་ལྟར། { $count }

# Opens a list to tick.
emergency-where-else = གཞན་འདེམས།

# Before a field.
emergency-stations = སྒྲ་ཆས་ཀྱི་ཨང༌། བར་སྟོང་གིས་འབྱེད།

# A button.
emergency-file = ཛ་དྲག་གཏོང་བར་ཞུ།

# A button.
emergency-file-drill = སྦྱོང་བརྡར་འགོ་འཛུགས།

# Beside a box to tick.
emergency-sure = ནང་དོན་དང་ས་ཁོངས་བལྟས་ཟིན།

# Below a button that is held.
emergency-hold = ཁེངས་བར་མཐེབ་གནོན་བྱོས།

# A link.
emergency-back = ཛ་དྲག་ཤོག་ངོས་སུ་ལོག

emergency-ended = མཇུག་གྲིལ་ཟིན།

# Before a name.
# Variables:
#   $at (String) - when
emergency-filed = { $at } ཞུ་མཁན།

# Before a name.
emergency-confirmed = གཏན་འཁེལ་མཁན།

emergency-departed = ཞུས་རྗེས་ནང་དོན་འགྱུར་བས་གཏན་འཁེལ་མི་ཆོག གསར་དུ་ཞུ་རོགས།

emergency-signed-waits = ཁྱེད་ཀྱིས་མིང་རྟགས་བཀོད་ཟིན། ཆོག་མཆན་སྤྲོད་མཁན་གཞན་སྒུག

emergency-own = ཁྱེད་ཀྱིས་ཞུས་པ་ཡིན། ཆོག་མཆན་སྤྲོད་མཁན་གཞན་གྱིས་གཏན་འཁེལ་དགོས།

emergency-waits-approver = ཆོག་མཆན་སྤྲོད་མཁན་གྱིས་གཏན་འཁེལ་དགོས།

# Before the reason.
emergency-no-key = ཁྱེད་ཀྱིས་མིང་རྟགས་འགོད་མི་ཐུབ།

# A button.
emergency-confirm = གཏོང་བར་གཏན་འཁེལ།

# A button.
emergency-sign = མིང་རྟགས་འགོད།

emergency-sign-how = ཁྱེད་ཀྱི་ལྡེ་མིག་ཡིག་ཆ་འདེམས་ནས་གསང་ཚིག་འབྲི། ལྡེ་མིག་འདི་ནས་ཕྱིར་མི་གཏོང༌། མིང་རྟགས་ཁོ་ན་གཏོང༌།

# Before a field.
emergency-key-file = ལྡེ་མིག་ཡིག་ཆ།

# Before a field.
emergency-passphrase = ལྡེ་མིག་གི་གསང་ཚིག

# Before a command.
emergency-sign-command = བརྡ་འཚོལ་མཉེན་ཆས་ཀྱིས་མི་ཐུབ་ན་རྫོང་གི་འཕྲུལ་ཆས་སུ་འདི་བཏང༌།

# Why it is not signed.
# Variables:
#   $why (String) - the reason
emergency-sign-fault =
    { $why ->
        [damaged] ལྡེ་མིག་ཡིག་ཆ་མིན་པའམ་སྐྱོན་ཤོར་འདུག གཞན་ཞིག་འདེམས།
        [other] ད་ལྟའི་ལྡེ་མིག་མིན། གསར་ཤོས་འདེམས།
        [old] བརྡ་འཚོལ་མཉེན་ཆས་འདིས་མིང་རྟགས་འགོད་མི་ཐུབ།
       *[other] གསང་ཚིག་ནོར་བའམ་ཡིག་ཆ་བཅོས་འདུག
    }

# A button.
emergency-all-clear = མཚམས་འཇོག

emergency-all-clear-what = དེ་མ་ཐག་མཚམས་བཞག་ནས་མཇུག་གྲིལ་བའི་བརྡ་གཏོང༌།

# A button.
emergency-cancel = ཕྱིར་འཐེན།

emergency-cancel-what = ཕྱིར་འཐེན་ཙམ། བརྡ་མི་གཏོང༌།

# A button.
emergency-correct = ཚོགས་པའི་བརྡ་འཕྲིན་བཅོས།

emergency-correct-what = ཡིག་བཅོས་རྗེས་ཚོགས་པར་གསར་པ་གཏོང༌།

emergency-said-filed = ཞུས་ཟིན།

emergency-said-confirmed = གཏན་འཁེལ་ཟིན། མྱུར་དུ་གཏོང༌།

emergency-said-signed = མིང་རྟགས་འབྱོར་ཟིན།

emergency-said-cancelled = ཕྱིར་འཐེན་ཟིན།

emergency-said-cleared = མཚམས་བཞག་ཟིན།

emergency-said-corrected = བཅོས་པའི་བཀའ་བཏང་ཟིན།
