hotline = 请拨打急救电话120。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
