mask = 请戴口罩，{ $days }天。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
