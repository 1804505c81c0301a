No_Id = 名字不对。
    .title = 戴好口罩
    .short = 出门请戴好口罩。
