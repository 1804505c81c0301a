hotline = 请拨打急救电话120，火警119。
    .title = 戴好口罩
    .short = 急救120

day = 11月23日来接种，30分钟后回家。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

twice = 8时至8时30分停电。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
