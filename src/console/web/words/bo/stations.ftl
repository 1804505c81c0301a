### review = "draft"
### Words of the console.

stations-title = གྲོང་ཚོའི་རྒྱང་སྒྲ།

stations-one = གྲོང་ཚོ་གཅིག

stations-no-link = འཕྲུལ་འཁོར་འདིར་གྲོང་ཚོའི་སྦྲེལ་མཐུད་མེད། སྦྲེལ་མཐུད་བྲིས་ནས་བསྐྱར་སྒོ་ཕྱེ་རོགས།

# Heads a list.
stations-pending = ཞིབ་བཤེར་སྒུག་པའི་སྒྲ་ཆས།

stations-health = གནས་ཚུལ།

stations-heard = མཐའ་མའི་འབྲེལ་བ།

stations-clock = ཆུ་ཚོད་ཁྱད་པར།

stations-ready = སྒྲ།

stations-is-ready = ཚང་འདུག

stations-not-ready = མ་ཚང་བ།

stations-not-known = མི་ཤེས།

# Variables:
#   $count (String) - how many
stations-unready = རྒྱང་སྒྲོག་ { $count } ལ་སྒྲ་མ་ཚང༌།

# In the place of a time.
stations-never = ད་བར་མེད།

# In the place of a time.
stations-here = འཕྲུལ་འཁོར་འདི།

# Variables:
#   $count (String) - how many
stations-cut = གཞན་ { $count } བཀོད་མེད། ཁྱབ་ཁོངས་ཆུང་དུ་གཏོང་རོགས།

stations-others = སྒྲ་ཆས་གཅིག་གིས་གྲོང་ཚོ་གཞན་ལའང་གཏོང༌།

# A button, and what heads its form.
stations-enrol = སྒྲ་ཆས་གསར་པ་སྦྲེལ།

# Before a code.
stations-code = སྦྲེལ་ཨང༌།

# Variables:
#   $until (String) - when
stations-code-until = ཐེངས་གཅིག་མ་གཏོགས་སྤྱོད་མི་ཐུབ། { $until } བར།

# Before a command.
stations-join = སྒྲ་ཆས་ནས་འདི་འཁོར་སྐྱོད་བྱེད་རོགས།

stations-picture = སྦྲེལ་ཨང་གི་རི་མོ།

stations-then = དེ་རྗེས་ཁ་པར་གྱིས་སྒྲ་ཆས་ཀྱི་ཨང་གྲངས་བསྡུར་ནས་འདིར་གཏན་འཁེལ་རོགས།

# A link.
stations-look = གྲོང་ཚོ་འདིར་ལྟ།

stations-fingerprint = ས་གནས་ཀྱི་མིས་སྒྲ་ཆས་ཀྱི་ཨང་གྲངས་ཁ་པར་ནས་ཀློག་རོགས། འདི་དང་གཅིག་མཚུངས་དགོས།

stations-fingerprint-of = ཨང་རྟགས།

# Beside a box to tick.
stations-same = བསྡུར་ཟིན། གཅིག་མཚུངས་རེད།

# A button.
stations-confirm = གཏན་འཁེལ།

# A button, and what heads its form.
stations-revoke = སྒྲ་ཆས་ཕྱིར་བསྡུ།

stations-revoke-what = ཕྱིར་བསྡུས་རྗེས་སླར་གསོ་མི་ཐུབ། ཉིན་ 14 རྗེས་མི་གཏོང༌།

# Beside a box to tick.
stations-sure = ངེས་པར་ཕྱིར་བསྡུ།

# Heads what is told of a box.
# Variables:
#   $state (String) - where it stands
stations-box =
    { $state ->
        [confirmed] སྦྲེལ་ཟིན་པའི་སྒྲ་ཆས།
        [revoked] ཕྱིར་བསྡུས་པའི་སྒྲ་ཆས།
       *[other] ཞིབ་བཤེར་སྒུག་པའི་སྒྲ་ཆས།
    }

stations-version = པར་གཞི།

stations-uptime = འཁོར་ཡུན།

stations-disk = ཉར་ཚགས་ལྷག་མ།

stations-temperature = དྲོད་ཚད།

stations-sink = སྒྲ་ཆས།

stations-volume = ས་གནས་ཀྱི་སྒྲའི་ཆེ་ཚད།

stations-rundown = བསྡུས་པའི་ལེ་ཚན་ཐོ།

stations-log = བདུན་ཕྲག་འདིའི་རྒྱང་སྒྲོག

stations-people-did = སྦྲེལ་བའི་ཐོ།

# What somebody did.
# Variables:
#   $action (String) - what was done
stations-did =
    { $action ->
        [make-enrolment-code] སྦྲེལ་ཨང་བཟོས།
        [enrol-box] སྒྲ་ཆས་སྦྲེལ་བ།
        [confirm-box] སྒྲ་ཆས་གཏན་འཁེལ།
       *[other] སྒྲ་ཆས་ཕྱིར་བསྡུས།
    }

stations-said-confirmed = སྒྲ་ཆས་སྦྲེལ་ཟིན།

stations-said-revoked = སྒྲ་ཆས་ཕྱིར་བསྡུས་ཟིན།
