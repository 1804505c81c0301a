### review = "draft"
### Words of the console.

chats-title = ཚོགས་པ།

# A link, and what heads its page.
chats-posts = གཏོང་བའི་གནས་ཚུལ།

# A link, and what heads its page.
chats-directory = ཚོགས་པའི་ཐོ།

chats-tasks = ལག་པས་གཏོང་དགོས་པ།

chats-unknown = འབྱོར་མིན་མི་ཤེས་པ།

chats-unknown-what = ཚོགས་པའི་ནང་ལྟ་རོགས། ཡོད་ན་ "ཡོད།" མེད་ན་ "བསྐྱར་གཏོང༌།" མནན་རོགས།

# A button.
chats-seen = ཡོད།

# A button.
chats-resend = མེད། བསྐྱར་གཏོང༌།

chats-requests = འཛུལ་ཞུགས་རེ་བའི་ཚོགས་པ།

# A button.
chats-accept = ངོས་ལེན།

# A button.
chats-refuse = ངོས་མི་ལེན།

chats-not-taken = ཚུད་མེད། ཐོ་འགྱུར་མེད།

chats-id = ཨང༌།

chats-name = ཚོགས་པའི་མིང༌།

chats-village = གྲོང་ཚོའི་ཨང༌། (གྲོང་ཚོའི་ཚོགས་པ་ཡིན་ན།)

chats-whole-county = རྫོང་ཡོངས།

chats-send = གཏོང་རྒྱུ།

# A part of a post.
# Variables:
#   $part (String) - what it is
chats-part =
    { $part ->
        [text] ཡི་གེ
        [voice] སྒྲ།
       *[other] པར་རིས།
    }

chats-group = ཚོགས་པ།

chats-channel = ཐབས་ལམ།

# A button, and what heads its column.
chats-test = ཚོད་ལྟ།

chats-none = ཐོ་ནང་ཚོགས་པ་མེད།

# After the name of a group.
# Variables:
#   $how (String) - what the service answered
chats-tried =
    { $how ->
        [sent] ཚོད་ལྟ་འགྲུབ་སོང༌།
        [handed] མི་ལ་སྤྲད་ཟིན།
        [moved] ཁ་བྱང་འགྱུར་སོང༌། འཕྲུལ་ལས་པ་ལ་བརྡ་གཏོང་རོགས།
        [refused] མ་ལེན།
        [unknown] འབྱོར་མིན་མི་ཤེས། ཚོགས་པར་ལྟ་རོགས།
       *[other] མ་བཏང༌།
    }

# Variables:
#   $at (String) - when
chats-until = { $at } གོང་གཏོང་དགོས།

# A button.
chats-copy = ཡི་གེ་འདྲ་བཤུས།

# A link.
chats-save = ཉར།

# A button.
chats-share = བགོ་འགྲེམས།

# A button.
chats-done = བཏང་ཟིན།

chats-state-label = གྲུབ་འབྲས།

# What became of a call to a service.
# Variables:
#   $state (String) - its state
chats-state =
    { $state ->
        [waiting] སྒུག
        [sending] གཏོང་བཞིན་པ།
        [delivered] འབྱོར་ཟིན།
        [refused] མ་ལེན།
        [expired] དུས་ཡོལ།
        [unknown] འབྱོར་མིན་མི་ཤེས།
        [handed] མིས་གཏོང་དགོས།
        [digested] ཕྱོགས་བསྡུས་ནང༌།
       *[other] འབྱོར་མེད།
    }

# In the place of a title.
# Variables:
#   $what (String) - what it is
chats-ours =
    { $what ->
        [alarm] ཉེན་བརྡ།
       *[other] བརྡ་ཐོ་ཕྱོགས་བསྡུས།
    }

chats-no-posts = འདི་དག་དང་མཐུན་པ་མེད།

# Variables:
#   $count (String) - how many
chats-read-max = གསར་ཤོས་ { $count } ཙམ་བལྟས། ཁྱབ་ཁོངས་ཆུང་དུ་གཏོང་རོགས།

# A button, and what heads its form.
chats-correct = ནོར་བཅོས།

chats-correct-what = ཡི་གེ་བཅོས་ནས་ཞུ་དག་བྱས་རྗེས་འདི་མནན་རོགས། རྙིང་པའི་ཚབ་ཏུ་གསར་པ་གཏོང༌།

# A button, and what heads its form.
chats-withdraw = ཕྱིར་བསྡུ།

chats-withdraw-what = གཏོང་བཞིན་པ་ལམ་སང་མཚམས་འཇོག ཚོགས་པའི་བརྡ་ཐོ་ཕྱིར་བསྡུ།

# Beside a box to tick.
chats-sure = ངེས་པར་ཕྱིར་བསྡུ།

chats-said-seen = འབྱོར་བར་བཀོད་ཟིན།

chats-said-resend = བསྐྱར་གཏོང་ངེས།

chats-said-done = བཏང་བར་བཀོད་ཟིན།

chats-said-accepted = ཐོ་ནང་ཚུད་སོང༌། ད་ནས་བརྡ་ཐོ་འབྱོར་ངེས།

chats-said-refused = ངོས་མ་བླངས།

chats-said-withdrawn = ཕྱིར་བསྡུ་བའི་བཀའ་བཏང་ཟིན།

chats-said-corrected = ནོར་བཅོས་བཀའ་བཏང་ཟིན།
