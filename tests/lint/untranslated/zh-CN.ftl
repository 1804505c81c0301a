mask = 出门请戴好口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

number = 120
    .title = 急救
    .short = 出门请戴好口罩。
