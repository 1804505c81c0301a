### review = "draft"
### Where to turn when ill, and vaccination.
### Tibetan draft, not written by a native speaker. It needs review by a native speaker before use.

# Where to go with a fever. 120 is the ambulance number.
# @source fa5d17883ffcb3f8
fever-clinic = ཚ་བ་རྒྱས་པ་དང༌། གློ་རྒྱག་པ། དབུགས་གཏོང་དཀའ་བ་བཅས་བྱུང་ན་སྨན་པར་མ་དྲིས་པར་སྨན་མ་ཟ་རོགས། ཁ་རས་གྱོན་ནས་རྫོང་མི་དམངས་སྨན་ཁང་གི་ཚ་བ་རྒྱས་པའི་སྨན་བཅོས་ཁང་དུ་འགྲོ་རོགས། སྤྱི་སྤྱོད་རླངས་འཁོར་ལ་མ་སྡོད་རོགས། རང་ཉིད་འགྲོ་མི་ཐུབ་ན་མྱུར་སྐྱོབ་ཁ་པར་ 120 ལ་གཏོང་རོགས།
    .title = ཚ་བ་རྒྱས་ན་སྨན་ཁང་དུ་འགྲོ་རོགས།
    .short = ཚ་བ་རྒྱས་ན་ཁ་རས་གྱོན་ནས་རྫོང་མི་དམངས་སྨན་ཁང་དུ་འགྲོ་རོགས།

# The two numbers to keep on the wall. 120 is the ambulance number.
# Variables:
#   $phone (String) - the health hotline, read digit by digit
# @source 6917513ef1a3c444
hotlines = ནད་ཡམས་སྔོན་འགོག་ཐད་དོགས་པ་ཡོད་ན་འཕྲོད་བསྟེན་ཚ་དྲག་ཁ་པར་ { $phone } ལ་གཏོང་རོགས། ནད་ཚབས་ཆེན་དང་རྨས་སྐྱོན་བྱུང་ན་མྱུར་སྐྱོབ་ཁ་པར་ 120 ལ་གཏོང་རོགས། ཁ་པར་འདི་གཉིས་བྲིས་ནས་ཁྱིམ་དུ་སྦྱོར་རོགས། དཀྲོག་གཏམ་ལ་ཡིད་མ་ཆེས་རོགས། རྫོང་གི་བརྡ་ཐོ་ལ་ཉན་རོགས།
    .title = འཕྲོད་བསྟེན་ཚ་དྲག་ཁ་པར།
    .short = འཕྲོད་བསྟེན་ཚ་དྲག་ཁ་པར་ { $phone } དང་མྱུར་སྐྱོབ་ཁ་པར་ 120 ཡིན།

# Announces the day on which children are vaccinated at the township health centre.
# Variables:
#   $date (String) - the day, as 2026-11-28
# @source b904e8bdadc6b950
vaccination-day = { DATE($date, style: "month-day") } ནི་འགོག་ཁབ་རྒྱག་པའི་ཉིན་མོ་ཡིན། ཕ་མས་བྱིས་པ་ཁྲིད་ནས་ཤང་གི་འཕྲོད་བསྟེན་ཁང་དུ་འགོག་ཁབ་རྒྱག་ཏུ་ཡོང་རོགས། འགོག་ཁབ་ལག་དེབ་འཁྱེར་རོགས། བྱིས་པར་ཚ་བ་རྒྱས་པའམ་ན་ཚ་ཡོད་ན་སྔོན་ལ་སྨན་པར་ཤོད་རོགས། ཉིན་གཞན་ཞིག་ལ་ཡོང་ནའང་རུང༌། ཁབ་བརྒྱབ་རྗེས་སྐར་མ་ 30 ལ་བསྒུགས་ནས་ཕྱིར་ལོག་རོགས།
    .title = འགོག་ཁབ་རྒྱག་པའི་ཉིན་མོ།
    .short = { DATE($date, style: "month-day") } ཉིན་བྱིས་པ་ཁྲིད་ནས་འགོག་ཁབ་རྒྱག་ཏུ་ཡོང་རོགས།
