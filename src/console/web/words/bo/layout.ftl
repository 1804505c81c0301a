### review = "draft"
### Words of the console.

# Heads every page of the console.
layout-name = རྒྱང་སྒྲོག་དོ་དམ།

# For those who go through a page with the keyboard.
layout-jump = ནང་དོན་ལ་འགྲོ།

# A button.
layout-leave = ཕྱིར་འཐེན།

# Names the navigation for a screen reader.
layout-pages = ཤོག་ངོས།

# The button on every page.
layout-silence = སྒྲ་ཚང་མ་གཅོད།

# What the button does.
layout-silence-what = ད་ལྟའི་སྒྲ་མྱུར་དུ་གཅོད། ཉིན་རེའི་ལེ་ཚན་དང་སྦྱོང་བརྡར་ཆུ་ཚོད་གཉིས་རིང་མཚམས་འཇོག ཛ་དྲག་གི་སྒྲ་སྔར་བཞིན་གཏོང༌།

layout-silence-where = ས་གནས་གང་ལ།

layout-silence-all = རྫོང་ཡོངས།

layout-said-silenced = སྒྲ་གཅོད་པའི་བརྡ་བཏང་ཟིན།

layout-back = དེ་རིང་གི་ཤོག་ངོས་ལ་ལོག

layout-sample = དཔེ་མཚོན་རྫོང༌། འདི་ནི་ཟིན་བྲིས་ཡིན། གཞུང་འབྲེལ་གྱི་བརྡ་ཐོ་མིན།

# On the pages in Tibetan and Lisu.
layout-draft = ཤོག་ངོས་འདིའི་བོད་ཡིག་ནི་ཟིན་བྲིས་ཡིན། ཞུ་དག་མ་བྱས།

# To an approver who logged in without a code.
layout-lacks-code = ཆོག་མཆན་སྤྲོད་པར་ཚོད་ལྟའི་ཨང་གྲངས་དགོས། སྔོན་ལ་བཟོས་ནས་ཡང་བསྐྱར་ནང་འཛུལ་བྱེད་རོགས།

layout-nav-today = དེ་རིང༌།

layout-nav-broadcasts = གཏོང་རྒྱུ།

layout-nav-notices = བརྡ་ཐོ།

layout-nav-review = ཞུ་དག

layout-nav-people = མི་སྣ།

layout-nav-account = ངའི་ཐོ།

# Heads a page that says why something was not done.
layout-stop-title = མ་འགྲུབ།

# Why.
# Variables:
#   $why (String) - the reason
layout-stop =
    { $why ->
        [not-found] ཤོག་ངོས་འདི་མེད།
        [not-yours] ཁྱེད་ལ་དབང་ཆ་འདི་མེད།
        [foreign] རེའུ་མིག་གི་དུས་ཡོལ་སོང༌། ཡང་བསྐྱར་ནང་འཛུལ་བྱེད་རོགས།
        [too-long] ནང་དོན་རིང་དྲགས་འདུག
        [refused] མ་ལག་གིས་མ་བསྒྲུབས།
        [ledger] ཐོ་འགོད་མ་ཐུབ། འཕྲུལ་ལས་པ་ལ་བརྡ་གཏོང་རོགས།
       *[other] མ་ལག་བྲེལ་འདུག ཅུང་ཙམ་སྒུག་རོགས།
    }

layout-nav-as-run = གཏང་ཟིན་པའི་ཐོ།

# Before a field.
layout-township = ཤང༌།

# Before a field.
layout-village = གྲོང་ཚོ། (མིང་ངམ་ཨང་གི་ཆ་ཤས།)

# Heads a column.
layout-station = གྲོང་ཚོ།

layout-broadcast = ལེ་ཚན།

layout-language = སྐད་ཡིག

# In a list to choose from.
layout-all = ཚང་མ།

# A button.
layout-show = ལྟ།

# What kind of broadcast it is.
# Variables:
#   $class (String) - the class
layout-class =
    { $class ->
        [emergency] ཛ་དྲག
        [drill] སྦྱོང་བརྡར།
       *[other] ཉིན་རེའི།
    }

# A link.
layout-earlier-page = སྔོན་མའི་ཤོག་ངོས།

# A link.
layout-later-page = རྗེས་མའི་ཤོག་ངོས།

layout-nav-timetable = དུས་ཚོད་རེའུ་མིག

layout-nav-stations = གྲོང་ཚོའི་རྒྱང་སྒྲ།

layout-nav-emergency = ཛ་དྲག

layout-nav-chats = ཚོགས་པ།

layout-nav-engineer = འཕྲུལ་ལས་པ།
