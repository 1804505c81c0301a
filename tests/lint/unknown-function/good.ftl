mask = 请戴{ NUMBER($count) }天口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
