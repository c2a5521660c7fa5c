// A private network keeps both processors of a small machine busy; two at once would only slow each other down.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
