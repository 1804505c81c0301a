### review = "draft"
### Words of the console.

review-title = ཞུ་དག

# A choice above the list.
review-waiting = སྒུག་བཞིན་པ།

# A choice above the list.
review-all = ཚང་མ།

review-none = ཞུ་དག་སྒུག་བཞིན་པ་མེད།

# A part of what is reviewed.
review-plan = གཏོང་ཚུལ། (དུས་ཚོད་དང་ས་གནས།)

# How a part stands.
# Variables:
#   $state (String) - how
review-state =
    { $state ->
        [approved] ཆོག་མཆན་ཐོབ་ཟིན།
        [rejected] ཕྱིར་སློག་བྱས།
       *[other] ཞུ་དག་སྒུག་བཞིན་པ།
    }

# Variables:
#   $count (String) - how many people
review-missing = (མི་ { $count } དགོས།)

review-yours = ཁྱེད་ལ་སྒུག་བཞིན་པ།

# Before names.
review-authors = རྩོམ་པ་པོ།

review-unsigned = རྩོམ་པ་པོའི་མིང་མ་བྲིས་པ་འདུག ཆོག་མཆན་སྤྲོད་མི་ཐུབ།

review-new = སྔར་ཆོག་མཆན་མེད། ཚང་མར་གཟིགས་རོགས།

# Heads what stood before; also before a name and a time.
review-before = སྔར་ཆོག་མཆན་ཐོབ་པ།

# Heads what stands now.
review-now = ད་ལྟ།

review-same = བཟོ་བཅོས་མེད།

review-added = གསར་པ།

review-gone = ད་ནས་མི་གཏོང༌།

review-unreadable = སྔར་གྱི་ནང་དོན་མི་མཐོང༌། ཚང་མར་གཟིགས་རོགས།

review-chime = འགོའི་བརྡ་སྒྲ་བརྗེས་འདུག

# Before a player.
# Variables:
#   $kind (String) - who speaks
review-recording =
    { $kind ->
        [person] སྒྲ། མིས་བཀླགས།
        [synthetic] སྒྲ། འཕྲུལ་ཆས་ཀྱིས་བཀླགས།
       *[other] སྒྲ། ཚབ་བྱེད།
    }

review-no-recording = ཡི་གེ་འདིའི་སྒྲ་མེད།

review-comment = བསམ་འཆར། (ཕྱིར་སློག་ན་འབྲི་དགོས།)

# A button.
review-approve = ཆོག་མཆན་སྤྲོད།

# A button.
review-reject = ཕྱིར་སློག

review-said-approved = ཆོག་མཆན་སྤྲད་ཟིན།

review-said-rejected = ཕྱིར་སློག་བྱས་ཟིན།

# Why a verdict is not taken.
# Variables:
#   $why (String) - the reason
review-fault =
    { $why ->
        [comment] ཕྱིར་སློག་གི་རྒྱུ་མཚན་འབྲི་རོགས།
       *[other] ནང་དོན་བཟོ་བཅོས་སོང༌། ཡང་བསྐྱར་གཟིགས་རོགས།
    }
