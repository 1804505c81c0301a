-office = 疾控中心

mask = 出门请戴好口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

hands = 请洗手。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
