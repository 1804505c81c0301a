### review = "draft"
### Words of the console.

notices-title = བརྡ་ཐོའི་ཡི་གེ

# A link and a button.
notices-new = གསར་པ་འབྲི།

notices-none = མེད།

# A choice above the list.
# Variables:
#   $what (String) - what is shown
notices-filter =
    { $what ->
        [all] ཚང་མ།
        [bo] བོད་ཡིག་གི་ལས་རྒྱུ།
        [lis] ལི་སུའི་ཡི་གེའི་ལས་རྒྱུ།
       *[other] ངའི་ཟིན་བྲིས།
    }

notices-next = རྗེས་མ།

# How a translation stands.
# Variables:
#   $state (String) - how
notices-standing =
    { $state ->
        [missing] ཡིག་སྒྱུར་མ་བྱས།
        [outdated] རྒྱ་ཡིག་བཟོ་བཅོས་སོང༌།
        [unsaid] མ་བསྡུར་བ།
       *[other] ཡིག་སྒྱུར་ཟིན།
    }

# Before the names of those who have a draft.
notices-draft-of = ཟིན་བྲིས།

# Above a form that has one's own draft.
# Variables:
#   $at (String) - when it was kept
notices-draft-yours = འདི་ཁྱེད་ཀྱི་ཟིན་བྲིས་ཡིན། ({ $at }) ཉར་མེད།

# A part of a notice.
# Variables:
#   $piece (String) - the part
notices-piece =
    { $piece ->
        [title] ཁ་བྱང༌།
        [short] ཚིག་ཐུང༌། (པར་རིས་ཀྱི་ཆེད།)
        [voice] ཀློག་ཚུལ། (མི་འདྲ་བའི་སྐབས་ཙམ།)
       *[other] ཡི་གེ
    }

notices-changed = ཡིག་སྒྱུར་རྗེས་རྒྱ་ཡིག་གི་བཟོ་བཅོས།

notices-change-unknown = སྐབས་དེའི་རྒྱ་ཡིག་མེད་པས་ཚང་མ་བསྡུར་རོགས།

# A tick box of translators.
notices-right = ཡིག་སྒྱུར་འདི་ད་ལྟའི་རྒྱ་ཡིག་དང་མཐུན།

# Heads a list of terms.
notices-terms = ཐ་སྙད།

notices-term-missing = གཏན་འཁེལ་མེད།

# A button.
notices-save = ཉར།

# A button.
notices-keep = ཟིན་བྲིས་སུ་ཉར།

# A button.
notices-drop = ཟིན་བྲིས་འདོར།

notices-said-saved = ཉར་ཟིན།

notices-said-draft = ཟིན་བྲིས་ཉར་ཟིན།

notices-said-dropped = ཟིན་བྲིས་འདོར་ཟིན།

notices-said-same = བཟོ་བཅོས་མེད།

# Why a save is refused.
# Variables:
#   $what (String) - what changed meanwhile
notices-conflict =
    { $what ->
        [source] ཁྱེད་ཀྱིས་འབྲི་སྐབས་རྒྱ་ཡིག་བཟོ་བཅོས་སོང༌། ཉར་མེད། བསྡུར་ནས་ཡང་བསྐྱར་ཉར་རོགས།
        [gone] ཁྱེད་ཀྱིས་འབྲི་སྐབས་ཡི་གེ་འདི་མེད་པར་གྱུར། ཉར་མེད།
       *[other] ཁྱེད་ཀྱིས་འབྲི་སྐབས་མི་གཞན་གྱིས་བཟོ་བཅོས་བྱས་འདུག ཉར་མེད། བསྡུར་ནས་ཡང་བསྐྱར་ཉར་རོགས།
    }

# Why a save is refused.
# Variables:
#   $count (String) - how many faults
notices-faulty = ནོར་འཁྲུལ་ { $count } འདུག ཉར་མེད། ཁྱེད་ཀྱིས་བྲིས་པ་ཟིན་བྲིས་སུ་བཞག་ཡོད།

notices-too-many = ཁྱེད་ཀྱི་ཟིན་བྲིས་མང་དྲགས་འདུག

# Below a text.
notices-clean = ནོར་འཁྲུལ་མེད།

# What a fault is about.
# Variables:
#   $what (String) - what
notices-finding =
    { $what ->
        [letters] ཡིག་འབྲུ།
        [marks] ཚེག་ཤད།
        [numbers] ཨང་གྲངས།
        [names] གུག་རྟགས་ནང་གི་མིང༌།
        [parts] ནང་དོན་མ་ཚང་བ།
        [yet] ཡི་གེའམ་སྒྲ་མ་ཚང་བ།
       *[other] བཀོད་པ།
    }

# How bad a fault is.
# Variables:
#   $how (String) - how
notices-severity =
    { $how ->
        [error] བཟོ་བཅོས་དགོས།
       *[other] གཟིགས་རོགས།
    }

# Heads a list of changes.
notices-history = སྔར་གྱི་བཟོ་བཅོས།

# A link beside an older text.
notices-restore = འདི་སླར་གསོ་བྱེད།

# Above a form that has an older text.
# Variables:
#   $at (String) - of when
notices-restored = འདི་ { $at } ཡི་ཡི་གེ་ཡིན། ཉར་ན་གཞི་ནས་འགྲུབ།

notices-file-draft = འདི་ཟིན་བྲིས་ཡིན། ཞུ་དག་དགོས་པའི་རྫོང་དུ་མི་གཏོང༌།

# Before a list of files.
notices-unreadable = ཡིག་ཆ་ལ་ནོར་འཁྲུལ་འདུག འཕྲུལ་ལས་པ་ལ་བརྡ་གཏོང་རོགས།

notices-topic = རིགས།

notices-id = ཨང་རྟགས།

notices-comment = ཡིག་སྒྱུར་བར།

# Why a new notice is refused.
# Variables:
#   $why (String) - the reason
notices-fault =
    { $why ->
        [id] ཨང་རྟགས་ནོར་འདུག
        [taken] ཨང་རྟགས་འདི་སྤྱད་ཟིན་འདུག
       *[other] རིགས་ཤིག་འདེམས་རོགས།
    }
