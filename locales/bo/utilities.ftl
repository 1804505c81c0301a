### review = "draft"
### Planned cuts of electricity and water.
### Tibetan draft, not written by a native speaker. It needs review by a native speaker before use.

# A planned power cut within one day.
# Variables:
#   $date (String) - the day, as 2026-11-28
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
# @source 5a0372f2477d2317
power-cut = གློག་ལམ་ཉམས་གསོ་བྱེད་དགོས་པས་{ DATE($date, style: "month-day") } ཉིན་ཆུ་ཚོད་ { $start } ནས་ཆུ་ཚོད་ { $end } བར་གློག་ཆད། སྔོན་ལ་ཁ་པར་དང་གློག་སྒྲོན་ལ་གློག་གསོག་རོགས། འཐུང་ཆུ་གྲ་སྒྲིག་བྱེད་རོགས། སྒྲོན་མེ་སྤར་ན་མེ་ལ་གཟབ་རོགས། གློག་སྐུད་ལ་མ་རེག་རོགས།
    .title = གློག་ཆད་པའི་བརྡ་ཐོ།
    .short = { DATE($date, style: "month-day") } ཉིན་ཆུ་ཚོད་ { $start } ནས་ཆུ་ཚོད་ { $end } བར་གློག་ཆད།

# A planned water cut within one day.
# Variables:
#   $date (String) - the day, as 2026-11-28
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
# @source 6840dcb4a2c441ea
water-cut = ཆུ་ལམ་ཉམས་གསོ་བྱེད་དགོས་པས་{ DATE($date, style: "month-day") } ཉིན་ཆུ་ཚོད་ { $start } ནས་ཆུ་ཚོད་ { $end } བར་ཆུ་ཆད། སྔོན་ལ་ཆུ་གསོག་རོགས། ཁྱིམ་གྱི་ཆུ་མགོ་རྒྱག་རོགས། ཆུ་སླར་ཡོང་རྗེས་ཐོག་མའི་ཆུ་རྙོག་པོ་ཡིན་སྲིད། ཆུ་དྭངས་མ་ཆགས་རྗེས་བེད་སྤྱོད་བྱེད་རོགས། འཐུང་ཆུ་བསྐོལ་ནས་འཐུང་རོགས།
    .title = ཆུ་ཆད་པའི་བརྡ་ཐོ།
    .short = { DATE($date, style: "month-day") } ཉིན་ཆུ་ཚོད་ { $start } ནས་ཆུ་ཚོད་ { $end } བར་ཆུ་ཆད།
