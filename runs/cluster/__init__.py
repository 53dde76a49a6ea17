"""The Dask cluster: client, local processes, and the code that workers load."""
