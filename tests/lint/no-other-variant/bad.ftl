level = { $level ->
        [red] 红色预警。
       *[blue] 蓝色预警。
    }
    .title = 戴好口罩
    .short = 出门请戴好口罩。
