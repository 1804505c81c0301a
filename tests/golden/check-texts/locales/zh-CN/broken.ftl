good = 好。
    .title = 好
    .short = 好

bad = { $phone
    .title = 坏
