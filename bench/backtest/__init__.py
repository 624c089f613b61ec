"""How well our ranking finds what readers turned out to like: `make backtest`."""
