### review = "draft"
### Words of the console.

account-title = ངའི་ཐོ།

account-code = ཁ་པར་གྱི་ཚོད་ལྟའི་ཨང་གྲངས།

account-code-on = བཟོས་ཟིན། ཐེངས་འདིར་ཨང་གྲངས་སྤྱད་ཡོད།

account-code-log-in = བཟོས་ཟིན། ཕྱིར་འཐེན་བྱས་ནས་ཨང་གྲངས་དང་བཅས་ནང་འཛུལ་བྱེད་རོགས།

account-code-why = ཨང་གྲངས་ཡོད་ན་མི་གཞན་གྱིས་གསང་ཨང་ཤེས་ཀྱང་ནང་འཛུལ་མི་ཐུབ། ཆོག་མཆན་སྤྲོད་མཁན་གྱིས་ངེས་པར་བཟོ་དགོས།

account-code-how = ཚོད་ལྟའི་མཉེན་ཆས་ཀྱིས་རི་མོ་འདི་བཤེར། ཡང་ན་འོག་གི་ཡིག་འབྲུ་བྲིས་ནས་ཨང་གྲངས་འབྲི་རོགས།

account-code-picture = བཤེར་རྒྱུའི་རི་མོ།

account-code-first = ཚོད་ལྟའི་ཨང་གྲངས།

# A button.
account-code-set = བཟོ།

account-code-wrong = ཨང་གྲངས་ནོར་འདུག ཁ་པར་གྱི་ཆུ་ཚོད་ལ་ལྟ་རོགས།

account-password = གསང་ཨང་བཟོ་བཅོས།

# A button.
account-change = བཟོ་བཅོས།

account-old-password = ད་ལྟའི་གསང་ཨང༌།

account-sessions = ནང་འཛུལ་བྱས་ས།

# Variables:
#   $since (String) - when it began
#   $seen (String) - when it was last used
account-session = ནང་འཛུལ་ { $since } མཐའ་མ་ { $seen }

account-this-session = འདི་ཡིན།

# A button.
account-end = ཕྱིར་འཐེན།

# A button.
account-end-all = གཞན་ཚང་མ་ཕྱིར་འཐེན།

account-said-password = གསང་ཨང་བཟོ་བཅོས་ཟིན།

account-said-code = ཚོད་ལྟའི་ཨང་གྲངས་བཟོས་ཟིན།

account-said-ended = ཕྱིར་འཐེན་ཟིན།
