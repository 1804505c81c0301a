call = ꓠꓬ꓾ { $phone } ꓗꓪ ꓐꓯ ꓠꓯꓹˍ { $phone }꓿
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
