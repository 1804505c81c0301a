mask = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

asks = ꓘꓳ ꓚꓳ ꓬꓰ?
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

quoted = 《ꓘꓳ ꓚꓳ ꓬꓰ꓿》
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

argument = ꓘꓳ ꓚꓳ { $phone }
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

choice = { $count ->
        [1] ꓘꓳ꓿
       *[other] ꓚꓳ꓿
    }
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
