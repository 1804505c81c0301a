call = 请拨打{ $phone }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
