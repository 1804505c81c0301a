No_Id = 名字不对。
    .title = 名字
    .short = 名字
