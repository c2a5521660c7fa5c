// A private network and a whole system keep a small machine busy.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
