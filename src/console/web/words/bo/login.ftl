### review = "draft"
### Words of the console.

login-title = ནང་འཛུལ།

# Before a field.
login-name = མིང༌།

login-password = གསང་ཨང༌།

login-code = ཚོད་ལྟའི་ཨང་གྲངས། (བཟོས་མེད་ན་མི་དགོས།)

# A button.
login-enter = ནང་འཛུལ།

login-forgotten = གསང་ཨང་བརྗེད་ན་འཕྲུལ་ལས་པ་ལ་བརྡ་གཏོང་རོགས།

# Why somebody does not come in.
# Variables:
#   $why (String) - the reason
#   $minutes (String) - how long to wait
login-fault =
    { $why ->
        [wrong] མིང་ངམ་གསང་ཨང་ངམ་ཚོད་ལྟའི་ཨང་གྲངས་ནོར་འདུག
        [wait] ཐེངས་མང་དྲགས་འདུག སྐར་མ་ { $minutes } སྒུག་རོགས།
       *[other] མ་ལག་བྲེལ་འདུག ཅུང་ཙམ་སྒུག་རོགས།
    }

login-link-title = གསང་ཨང་བཟོ།

# Above the first form of a new county.
login-first = ཁྱེད་ནི་རྫོང་འདིའི་འཕྲུལ་ལས་པ་དང་པོ་ཡིན། མི་སྣ་གཞན་སྣོན་ཆོག

# A button.
login-set = ཉར་ནས་ནང་འཛུལ།

# Before a command.
login-secure = གློག་ཀླད་གཞན་ནས་སྤྱོད་པར་གསང་སྦྲེལ་དགོས། སྔོན་ལ་འདི་འཁོར་སྐྱོད་བྱེད་རོགས།

login-spent = སྦྲེལ་མཐུད་འདི་སྤྱད་ཟིན་པའམ་དུས་ཡོལ་འདུག

# Variables:
#   $count (String) - the least number of characters
login-new-password = གསང་ཨང་གསར་པ། ({ $count })

login-again = ཡང་བསྐྱར་བྲིས།

# Why a password is not taken.
# Variables:
#   $why (String) - the reason
login-password-fault =
    { $why ->
        [differs] ཐེངས་གཉིས་མི་འདྲ།
        [short] གསང་ཨང་ཐུང་དྲགས་འདུག
        [long] གསང་ཨང་རིང་དྲགས་འདུག
        [plain] གསང་ཨང་ཚོད་དཔག་སླ་བ་འདུག
        [name] མིང་འབྲི་རོགས།
        [taken] མིང་འདི་མི་གཞན་གྱིས་སྤྱད་འདུག
       *[other] གསང་ཨང་རྙིང་པ་ནོར་འདུག
    }
