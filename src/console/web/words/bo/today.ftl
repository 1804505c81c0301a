### review = "draft"
### Words of the console.

today-title = དེ་རིང༌།

today-reload = གསར་བསྐྲུན།

# Heads a list.
today-needs = ལས་རྒྱུ།

today-needs-nothing = མེད།

# A kind of thing that needs a person.
# Variables:
#   $what (String) - the kind
today-need =
    { $what ->
        [hold] རྫོང་ཡོངས་མཚམས་བཞག་འདུག འཕྲུལ་ལས་པ་ལ་བརྡ་གཏོང་རོགས།
        [confirm] ཛ་དྲག་གི་སྒྲ་མི་གཉིས་པས་གཏན་འཁེལ་དགོས།
        [review] ཞུ་དག་སྒུག་བཞིན་པ།
        [gaps] ཡིག་གམ་སྒྲ་མ་ཚང་བ།
        [unknown] འབྱོར་མིན་མི་ཤེས་པའི་བརྡ་འཕྲིན།
        [tasks] ལག་པས་གཏོང་དགོས་པའི་བརྡ་འཕྲིན།
        [requests] འཛུལ་ཞུགས་རེ་བའི་ཚོགས་པ།
       *[other] ནང་དོན་ལ་ནོར་འཁྲུལ་འདུག
    }

# How an airing ended.
# Variables:
#   $outcome (String) - how it ended
today-outcome =
    { $outcome ->
        [partial] མཇུག་མ་རྫོགས།
        [missed] ཆད་པ།
        [refused] མ་བཏང་བ།
       *[other] ལན་མེད།
    }

# Variables:
#   $count (String) - how many stations
today-stations = ({ $count })

# Heads the board.
today-board = ཤང་ཁག

today-township = ཤང༌།

today-well = ཡག་པོ།

today-now = གཏོང་བཞིན་པ།

today-next = རྗེས་མ།

# Variables:
#   $count (String) - how many
today-more = གཞན་ { $count }

# How a station is.
# Variables:
#   $health (String) - how it is
today-health =
    { $health ->
        [well] ཡག་པོ།
        [unready] སྒྲ་མ་ཚང་བ།
        [clock] ཆུ་ཚོད་ངེས་མེད།
        [muted] སྒྲ་བཅད་ཟིན།
        [faulty] སྐྱོན་ཡོད།
        [silent] འབྲེལ་བ་ཆད་པ།
       *[other] སྒྲ་ཆས་མེད།
    }
