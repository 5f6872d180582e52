"""Spikes (苗头): counts that rise above what trend, season and calendar explain."""
