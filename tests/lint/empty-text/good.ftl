mask = 出门请戴好口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

choice = 请注意{ $level ->
        [1] { "" }
       *[other] 安全
    }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
