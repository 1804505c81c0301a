news = YI.B:KW BE N.
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

argument = YI. B: { $phone } KW BE=
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿

letters = A B C D., E.. F; G_ N' Q-.
    .title = ꓘꓳ ꓚꓳ ꓬꓰ
    .short = ꓡ ꓞꓳ ꓠꓬ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
