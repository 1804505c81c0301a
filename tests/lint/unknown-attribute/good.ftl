-office = 疾控中心
    .gender = 无

mask = 出门请戴好口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
    .voice = 请戴口罩。
