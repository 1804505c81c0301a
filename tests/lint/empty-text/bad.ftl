blank = { "" }
    .title = 戴好口罩
    .short = 出门请戴好口罩。

spaces = 出门请戴好口罩。
    .title = { "  " }
    .short = 出门请戴好口罩。

variant = { $level ->
        [1] 停电。
       *[other] { "" }
    }
    .title = 戴好口罩
    .short = 出门请戴好口罩。
