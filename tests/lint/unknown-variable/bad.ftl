call = ཁ་པར་ { $phone } དང་ { $vilage } དང་ { $vilage } ལ་གཏོང་རོགས།
    .title = ཁ་རས་གྱོན་རོགས།
    .short = ཁ་པར་ { $phone }
