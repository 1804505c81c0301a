### review = "draft"
### Words of the console.

people-title = མི་སྣ།

people-add = མི་སྣ་སྣོན།

people-link = ཐེངས་གཅིག་གི་སྦྲེལ་མཐུད། འདི་མི་འདི་ལ་སྤྲོད་རོགས།

# Before names.
people-retired = འཐོན་ཟིན་པ།

people-change = བཟོ་བཅོས།

# A button.
people-save = ཉར།

# How a person logs in.
# Variables:
#   $state (String) - the state
people-login =
    { $state ->
        [none] ནང་འཛུལ་མི་ཐུབ།
        [code] གསང་ཨང་དང་ཚོད་ལྟའི་ཨང་གྲངས།
       *[other] གསང་ཨང་ཙམ།
    }

people-here = ནང་འཛུལ་བྱས་འདུག

# A button.
people-give-link = ཐེངས་གཅིག་གི་སྦྲེལ་མཐུད་སྤྲོད།

# A button.
people-log-out = ཕྱིར་འཐེན་དུ་འཇུག

# A button.
people-forget-code = ཚོད་ལྟའི་ཨང་གྲངས་འདོར།

# A button.
people-retire = འཐོན་སོང༌།

people-roles = འགན་ཁུར།

# What a person may do.
# Variables:
#   $role (String) - the role
people-role =
    { $role ->
        [writer] རྩོམ་འབྲི་མཁན།
        [translator] ཡིག་སྒྱུར་བ།
        [reviewer] ཞུ་དག་པ།
        [approver] ཆོག་མཆན་སྤྲོད་མཁན།
       *[other] འཕྲུལ་ལས་པ།
    }

people-languages = ཡིག་སྒྱུར་གྱི་སྐད་ཡིག (མ་བདམས་ན་ཚང་མ།)

# A language.
# Variables:
#   $tag (String) - the language
people-language =
    { $tag ->
        [bo] བོད་ཡིག
        [lis] ལི་སུའི་ཡི་གེ
       *[other] རྒྱ་ཡིག
    }

# Why a change is refused.
# Variables:
#   $why (String) - the reason
people-fault =
    { $why ->
        [taken] མིང་འདི་སྤྱད་ཟིན་འདུག
        [unknown] མི་འདི་མེད།
        [name] མིང་འབྲི་རོགས།
        [no-role] འགན་ཁུར་ཞིག་འདེམས་རོགས།
       *[other] རང་ཉིད་ཀྱི་འགན་ཁུར་འདོར་མི་ཆོག
    }

people-said-changed = ཉར་ཟིན།

people-said-code = ཚོད་ལྟའི་ཨང་གྲངས་འདོར་ཟིན།

people-said-out = ཕྱིར་འཐེན་ཟིན།

people-said-retired = འཐོན་པར་ཐོ་འགོད་བྱས་ཟིན།
