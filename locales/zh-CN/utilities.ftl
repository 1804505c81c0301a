### review = "source"
### Planned cuts of electricity and water.
### The Chinese text is the source; Tibetan and Lisu follow it.

# A planned power cut within one day.
# Variables:
#   $date (String) - the day, as 2026-11-28
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
power-cut = 因线路检修，{ DATE($date, style: "month-day") }{ $start }时至{ $end }时停电。请提前给手机和照明灯充好电，备好饮用水。停电期间点蜡烛要有人看守，防止失火。线路随时可能恢复送电，请不要触碰。
    .title = 停电通知
    .short = { DATE($date, style: "month-day") }{ $start }时至{ $end }时停电。

# A planned water cut within one day.
# Variables:
#   $date (String) - the day, as 2026-11-28
#   $start (String) - hour it begins, 0 to 23
#   $end (String) - hour it ends, 0 to 23
water-cut = 因管道检修，{ DATE($date, style: "month-day") }{ $start }时至{ $end }时停水。请提前储好生活用水，关好家里的水龙头。恢复供水以后，开头的水可能浑浊，请放清了再用，饮用水请烧开。
    .title = 停水通知
    .short = { DATE($date, style: "month-day") }{ $start }时至{ $end }时停水。
