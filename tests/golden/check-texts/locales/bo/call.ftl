call-us = ཁ་པར་གཏོང་རོགས།
    .title = ཁ་པར།
    .short = ཁ་པར་ { $number }

stay-home = 请在家 { $days } 天。
    .title = ཁྱིམ།
    .short = ཁྱིམ་ { $days }

only-here = ཁྱིམ།
    .title = ཁྱིམ།
    .short = ཁྱིམ།
