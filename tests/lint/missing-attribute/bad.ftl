mask = 没有标题。
    .short = 没有标题

hands = 两样都没有。
