"""How well the ranking finds the papers that readers liked later: `make backtest`."""
