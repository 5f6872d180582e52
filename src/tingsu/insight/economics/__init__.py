"""The economics of recovery (服务补救经济账): what is said of complaints and loyalty, by whom, and a sum with it."""
