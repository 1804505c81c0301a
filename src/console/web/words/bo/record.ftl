### review = "draft"
### Words of the console.

record-title = སྒྲ་འཇུག

record-broadcast = གཏོང་རྒྱུ་འདི་བཞིན།

# A button.
record-choose = འདེམས།

record-no-text = ཡི་གེ་འདི་ད་ལྟ་ཀློག་མི་ཐུབ། སྔོན་ལ་བཟོ་བཅོས་བྱེད་རོགས།

# Above the text to read aloud.
record-read = འདི་ཀློག་རོགས།

record-needs = འདིར་སྒྲ་འཇུག་མི་ཐུབ། དྲ་བཤེར་ཆས་གསར་པ་དང་ https དགོས།

record-speaker = ཀློག་མཁན།

record-voice = ཡུལ་སྐད།

record-any-voice = མི་དབྱེ།

# A button.
record-start = འགོ་འཛུགས།

# A button.
record-stop = མཚམས་འཇོག

record-level = སྒྲ་ཚད།

record-file = ཡང་ན་ཁ་པར་གྱི་སྒྲ་ཡིག

# A button.
record-send = འདི་སྤྱོད།

# Variables:
#   $seconds (String) - how long it is
record-saved = ཉར་ཟིན། ({ $seconds })

# A link.
record-look = སྒྲ་ལ་ལྟ།

# Heads a list.
record-present = ད་ཡོད་ཀྱི་སྒྲ།

record-of-this = ཡི་གེ་འདིའི་སྒྲ།

record-of-older = ཡི་གེ་གཞན་གྱི་སྒྲ།

# Why a recording is not taken.
# Variables:
#   $why (String) - the reason
record-fault =
    { $why ->
        [changed] ཡི་གེ་བཟོ་བཅོས་སོང༌། ཉར་མེད། ཡང་བསྐྱར་ཀློག་རོགས།
        [busy] མ་ལག་བྲེལ་འདུག ཅུང་ཙམ་སྒུག་རོགས།
        [speaker] ཀློག་མཁན་གྱི་མིང་འབྲི་རོགས།
        [lost] འབྱོར་མ་སོང༌། ཡང་བསྐྱར་གཏོང་རོགས།
       *[other] སྒྲ་འདི་སྤྱོད་མི་རུང༌།
    }
