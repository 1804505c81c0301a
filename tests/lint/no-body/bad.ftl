mask =
    .title = 没有正文
    .short = 没有正文
