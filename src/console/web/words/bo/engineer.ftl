### review = "draft"
### Words of the console.

engineer-title = འཕྲུལ་ལས་པ།

# A link, and what heads its page.
engineer-doctor = འཕྲུལ་འཁོར་ཞིབ་བཤེར།

# A link, and what heads its page.
engineer-metrics = འཁོར་སྐྱོད་གྲངས་ཀ

engineer-faults = ནང་དོན་གྱི་ནོར་འཁྲུལ།

engineer-hold = རྫོང་ཡོངས་མཚམས་བཞག

engineer-hold-what = མཚམས་བཞག་སྐབས་ལེ་ཚན་དང་བརྡ་ཐོ་གསར་པ་མི་གཏོང༌། རྒྱུ་མཚན་ཤེས་རྗེས་གྲོལ་རོགས།

# Beside a box to tick.
engineer-sure = རྒྱུ་མཚན་ཤེས་སོང༌།

# A button.
engineer-release = མཚམས་གྲོལ།

engineer-keys = ལྡེ་མིག

engineer-no-keys = ལྡེ་མིག་མེད།

engineer-key-for = བེད་སྤྱོད།

engineer-key-id = ཨང༌།

engineer-key-ends = ཉིན་ལྷག

# What a key is used for.
# Variables:
#   $use (String) - what it is used for
engineer-key-use =
    { $use ->
        [approver] ཆོག་མཆན།
        [time] ཆུ་ཚོད།
       *[other] ལེ་ཚན།
    }

# Variables:
#   $days (String) - how many
engineer-days = ཉིན་ { $days }

# Variables:
#   $count (String) - how many
engineer-approvers = ཆོག་མཆན་སྤྲོད་མཁན་ { $count } ལས་ལྡེ་མིག་མེད། གཉིས་དགོས།

# Variables:
#   $days (String) - how many
engineer-certificate = སྦྲེལ་མཐུད་ཀྱི་དཔང་ཡིག་ཉིན་ { $days } ལྷག

engineer-advice = བརྗེ་བ་དང་ཕྱིར་བསྡུ་བ། (རྩ་བའི་ལྡེ་མིག་དགོས།)

# Before a command.
# Variables:
#   $what (String) - what is done
engineer-advice-of =
    { $what ->
        [approver] ཆོག་མཆན་སྤྲོད་མཁན་ལ་ལྡེ་མིག་སྤྲོད།
        [rotate] ལོ་རེར་ལྡེ་མིག་བརྗེ།
        [revoke] ལྡེ་མིག་བོར་བའམ་མི་འཐོན་ན།
       *[other] དཔང་ཡིག་བརྗེ།
    }

engineer-backups = གྲབས་ཉར།

engineer-backup-what = གྲབས་ཉར་ནང་ཐོ་གཞུང་དང་ནང་དོན་ཡོད། གཞན་དུ་འདྲ་བཤུས་བྱེད་རོགས།

# A button.
engineer-backup = ལམ་སང་གྲབས་ཉར།

engineer-no-backups = འདིར་གྲབས་ཉར་བྱས་མེད།

engineer-all-well = ཚང་མ་ཡག་པོ།

# Variables:
#   $count (String) - how many
engineer-fault-count = ལས་རྒྱུ་ { $count } ཡོད།

# What was looked at.
# Variables:
#   $what (String) - what was looked at
engineer-finding =
    { $what ->
        [content] ནང་དོན།
        [clock] ཆུ་ཚོད།
        [disk] ཉར་ཚགས།
        [data-folder] ཐོ་ཁུག
        [ledger] ཐོ་གཞུང༌།
        [keys] ལྡེ་མིག
        [machine] འཕྲུལ་འཁོར།
        [fonts] ཡིག་གཟུགས།
        [certificate] དཔང་ཡིག
        [loudspeaker] རྒྱང་སྒྲ།
        [channels] ཚོགས་པའི་ཐབས་ལམ།
        [channel] ཐབས་ལམ།
       *[other] སྒྲ་ཆས།
    }

engineer-said-backup = གྲབས་ཉར་ཟིན།

engineer-said-released = མཚམས་གྲོལ་ཟིན།
