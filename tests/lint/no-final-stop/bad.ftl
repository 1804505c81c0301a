cut = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

tone = ꓡ ꓞꓳ ꓠꓯꓹˍ
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

voice = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
    .voice = ꓡ ꓞꓳ

choice = { $count ->
        [1] ꓘꓳ꓿
       *[other] ꓚꓳ
    }
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
