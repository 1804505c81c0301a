mask = 出门请戴好口罩！
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

number = 120
    .title = 急救
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
